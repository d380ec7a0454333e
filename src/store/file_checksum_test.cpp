#include "store/file_checksum.h"

#include <fcntl.h>
#include <xxhash.h>

#include "store/page_cache.h"
#include "store/store_test_support.h"

namespace sluice::store {
namespace {

bool never() {
  return false;
}

std::uint64_t checksum_of(std::string_view text) {
  return XXH3_64bits(text.data(), text.size());
}

}  // namespace

TEST(FileChecksum, IsThatOfThePublishedBytesBefore) {
  const Directory directory;
  LogRun run(directory.path);
  run.begin();
  run.transactions(1, 100, 30'000);
  const LogPosition end = run.log->end();
  const std::string bytes = content(run.log->path_of(1)).substr(0, end.offset);
  ASSERT_GT(bytes.size(), 2U << 20U) << "more than a piece";
  EXPECT_EQ(file_checksum(*run.log, end, never), checksum_of(bytes));
  EXPECT_EQ(file_checksum(*run.log, {1, 1'500'000}, never), checksum_of(bytes.substr(0, 1'500'000)));
  EXPECT_EQ(file_checksum(*run.log, {1, 0}, never), checksum_of(""));
}

/// CRC32 would not: an event with its own CRC32 behind it adds the same to that whatever it says.
TEST(FileChecksum, TellsEventsApartThatDifferWithGoodChecksums) {
  std::vector<std::uint64_t> sums;
  for (const char letter : {'a', 'b'}) {
    const Directory directory;
    LogRun run(directory.path);
    run.begin();
    ASSERT_TRUE(run.transaction(1, std::string(100, letter)));
    ASSERT_TRUE(run.converter->idle());
    sums.push_back(*file_checksum(*run.log, run.log->end(), never));
  }
  EXPECT_NE(sums[0], sums[1]);
}

TEST(FileChecksum, OfWhatIsNotThereIsAnError) {
  const Directory directory;
  LogRun run(directory.path);
  run.begin();
  run.transactions(1, 1);
  const std::uint64_t size = run.log->end().offset;
  EXPECT_EQ(file_checksum(*run.log, {2, 4}, never).error().kind, ErrorKind::not_found);
  const auto beyond = file_checksum(*run.log, {1, size + 1}, never);
  EXPECT_EQ(beyond.error().kind, ErrorKind::limit);
  EXPECT_EQ(beyond.error().message,
            "mysql-bin.000001 ends at " + std::to_string(size) + ", before " + std::to_string(size + 1));
}

TEST(FileChecksum, EndsWhenInterruptedAndLetsGoOfTheFile) {
  const Directory directory;
  LogRun run(directory.path);
  run.begin();
  run.transactions(1, 100, 30'000);
  int pieces = 0;
  const auto got = file_checksum(*run.log, run.log->end(), [&] { return ++pieces == 2; });
  EXPECT_EQ(got.error().kind, ErrorKind::closed);
  EXPECT_EQ(pieces, 2);
  EXPECT_FALSE(run.log->holds().oldest());
}

TEST(FileChecksum, OfAColdFileLeavesItCold) {
  const Directory directory;
  {
    LogRun run(directory.path, 4U << 20U);
    run.begin();
    run.transactions(1, 200, 30'000);
    ASSERT_TRUE(run.writer->close());
  }
  const LogRun run(directory.path);
  const auto path = run.log->path_of(1);
  const auto file = open_file(path, O_RDWR);
  ASSERT_TRUE(sync_data(*file, path));
  const std::uint64_t size = run.log->file(1)->size;
  drop_from_cache(*file, 0, size + 1);
  if (cached_part(*file, 0, size) > 0.1) GTEST_SKIP() << "this file system keeps all files in memory";
  ASSERT_TRUE(file_checksum(*run.log, {1, size}, never));
  EXPECT_LT(cached_part(*file, 0, size), 0.1);
}

}  // namespace sluice::store
