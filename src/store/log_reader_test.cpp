#include "store/log_reader.h"

#include <fcntl.h>

#include "base/file.h"
#include "store/page_cache.h"
#include "store/store_test_support.h"

namespace sluice::store {
namespace {

double cached_part_of(const std::filesystem::path& path) {
  const auto file = open_file(path, O_RDONLY);
  return cached_part(*file, 0, *file_size(*file, path));
}

void drop_whole(const std::filesystem::path& path) {
  const auto file = open_file(path, O_RDWR);
  ASSERT_TRUE(sync_data(*file, path));
  drop_from_cache(*file, 0, *file_size(*file, path) + 1);
}

/// Reads one file to its end and returns the bytes of its blocks.
std::size_t read_file_of(const std::shared_ptr<Log>& log, std::uint64_t number) {
  LogReader reader(log);
  std::size_t size = 0;
  for (LogPosition position{number, 4}; position.offset < log->file(number)->size;) {
    const auto piece = reader.read(position);
    EXPECT_TRUE(piece && std::holds_alternative<std::shared_ptr<const Block>>(*piece));
    const auto& block = std::get<std::shared_ptr<const Block>>(*piece);
    size += block->end_offset - position.offset;
    position.offset = block->end_offset;
  }
  return size;
}

}  // namespace

TEST(LogReader, ColdFilesDoNotStayInTheSystemsCache) {
  const Directory directory;
  const auto path = directory.path / "mysql-bin.000001";
  constexpr std::size_t row_size = 60'000;
  {
    LogRun run(directory.path, 8U << 20U);
    run.begin();
    for (std::uint64_t number = 1; number <= 200; ++number)
      ASSERT_TRUE(run.transaction(number, std::string(row_size, 'x')));
    ASSERT_TRUE(run.writer->close());
    ASSERT_EQ(run.log->files().size(), 2);
  }
  // Opened again, the log holds no block of the file in memory.
  const LogRun run(directory.path);
  drop_whole(path);
  if (cached_part_of(path) > 0.1) GTEST_SKIP() << "this file system keeps all files in memory";
  EXPECT_EQ(read_file_of(run.log, 1), run.log->file(1)->size - 4);
  EXPECT_LT(cached_part_of(path), 0.1);

  ASSERT_TRUE(read_file(path, 16U << 20U));
  EXPECT_EQ(read_file_of(run.log, 1), run.log->file(1)->size - 4);
  EXPECT_GT(cached_part_of(path), 0.9) << "what others keep there is not ours to drop";
}

TEST(LogReader, OneReadServesThoseBehindIt) {
  const Directory directory;
  {
    LogRun run(directory.path);
    run.begin();
    run.transactions(1, 20'000);
    ASSERT_TRUE(run.writer->close());
  }
  const LogRun run(directory.path);
  LogReader first(run.log);
  LogReader second(run.log);
  LogPosition position{1, 4};
  const auto piece = first.read(position);
  ASSERT_TRUE(piece);
  const auto& block = std::get<std::shared_ptr<const Block>>(*piece);
  EXPECT_EQ(second.ready_block(position), block);
  const auto shared = second.read(position);
  ASSERT_TRUE(shared);
  EXPECT_EQ(std::get<std::shared_ptr<const Block>>(*shared), block);
  EXPECT_NE(second.ready_block({1, block->end_offset}), nullptr) << "the next block was made by the same read";
}

}  // namespace sluice::store
