#include "store/file_checksum.h"

#include <fcntl.h>

#include "base/crc32.h"
#include "store/page_cache.h"
#include "store/store_test_support.h"

namespace sluice::store {
namespace {

bool never() {
  return false;
}

std::uint32_t crc32_of(std::string_view text) {
  return crc32(0, as_bytes(text));
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
  EXPECT_EQ(file_checksum(*run.log, end, never), crc32_of(bytes));
  EXPECT_EQ(file_checksum(*run.log, {1, 1'500'000}, never), crc32_of(bytes.substr(0, 1'500'000)));
  EXPECT_EQ(file_checksum(*run.log, {1, 0}, never), 0U);
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
