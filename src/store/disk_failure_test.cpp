// A disk that is full, and one that cannot bring to the platter what it took.
#include <atomic>

#include <sys/mount.h>
#include <sys/statvfs.h>

#include "store/log_reader.h"
#include "store/store_test_support.h"

namespace sluice::store {
namespace {

/// A file system of its own with 1 MiB of memory; without root there is none.
class SmallDisk {
 public:
  SmallDisk() {
    mounted = ::mount("none", directory.path.c_str(), "tmpfs", 0, "size=1m") == 0;
    log_directory = directory.path / "binlog";
  }
  ~SmallDisk() {
    if (mounted) ::umount(directory.path.c_str());
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  /// Leaves so many pages free.
  void fill(std::uint64_t pages_left) {
    struct ::statvfs status {};
    ::statvfs(directory.path.c_str(), &status);
    const Bytes page(status.f_bsize);
    std::ofstream ballast(directory.path / "ballast", std::ios::binary | std::ios::app);
    for (std::uint64_t free = status.f_bavail; free > pages_left; --free)
      ballast.write(reinterpret_cast<const char*>(page.data()), static_cast<std::streamsize>(page.size()));
  }
  void empty() { std::filesystem::remove(directory.path / "ballast"); }

  Directory directory;
  std::filesystem::path log_directory;
  bool mounted = false;
};

std::string all_files(const std::filesystem::path& directory, const Log& log) {
  std::string bytes;
  for (const LogFileInfo& file : log.files())
    bytes += content(directory / log.path_of(file.number).filename());
  return bytes;
}

/// The transaction that the source gives next after a take-up.
std::uint64_t next_transaction(const LogRun& run) {
  const auto& sources = run.taken_up.executed.sources();
  return sources.empty() ? 1 : sources.begin()->second.back().end;
}

/// A sync that fails as often as it is told to.
struct FailingSync {
  std::shared_ptr<std::atomic<int>> failures = std::make_shared<std::atomic<int>>(0);
  Result<void> operator()(const FileDescriptor& file, const std::filesystem::path& path) const {
    if (*failures == 0) return sync_data(file, path);
    --*failures;
    return fail(ErrorKind::io, "cannot sync " + path.string() + ": Input/output error", EIO);
  }
};

}  // namespace

TEST(FullDisk, WhereverItGetsFullTheLogGoesOnAsIfItHadNot) {
  const Directory whole;
  LogRun expected(whole.path, 6000);
  expected.begin();
  expected.transactions(1, 40, 1500);
  // Pages for log files, mark files and the index run out in another place each time.
  for (std::uint64_t pages = 0; pages < 40; ++pages) {
    SmallDisk disk;
    if (!disk.mounted) GTEST_SKIP() << "SKIPPED: a full disk cannot be tried: mounting a tmpfs needs root";
    LogRun run(disk.log_directory, 6000);
    run.begin();
    run.transactions(1, 2, 1500);
    disk.fill(pages);
    std::uint64_t number = 3;
    Result<void> done;
    while (done && number <= 40) {
      done = run.transaction(number, std::to_string(number) + std::string(1500, 'x'));
      if (done) done = run.converter->idle();
      if (done) ++number;
    }
    if (done) break;  // it was not full
    const auto error = run.writer->take_storage_error();
    ASSERT_TRUE(error) << pages << ": " << done.error().message;
    EXPECT_EQ(error->code, ENOSPC);
    run.converter->abort();
    run.writer->rest();
    // What is there is whole and can be read, for readers as for mysqlbinlog.
    const auto end = run.log->end();
    EXPECT_EQ(std::filesystem::file_size(run.log->path_of(end.file)), end.offset);
    EXPECT_FALSE(std::filesystem::exists(run.log->path_of(end.file + 1)));
    LogReader reader(run.log);
    EXPECT_TRUE(reader.read({end.file, 4}));
    disk.empty();
    run.begin();
    run.transactions(next_transaction(run), 40, 1500);
    EXPECT_EQ(all_files(disk.log_directory, *expected.log), all_files(whole.path, *expected.log)) << pages;
    EXPECT_EQ(content(disk.log_directory / "mysql-bin.index"), content(whole.path / "mysql-bin.index"));
    EXPECT_FALSE(run.writer->take_storage_error());
    ASSERT_TRUE(run.writer->close());
    run.writer.reset();
    const LogRun again(disk.log_directory, 6000);
    EXPECT_EQ(again.log->executed(), expected.log->executed());
  }
}

TEST(FullDisk, ALogIsOpenedAndReadOnIt) {
  SmallDisk disk;
  if (!disk.mounted) GTEST_SKIP() << "SKIPPED: a full disk cannot be tried: mounting a tmpfs needs root";
  {
    LogRun run(disk.log_directory, 6000);
    run.begin();
    run.transactions(1, 10, 1500);
  }
  disk.fill(0);
  LogRun run(disk.log_directory, 6000);
  LogReader reader(run.log);
  EXPECT_TRUE(reader.read({1, 4}));
  EXPECT_FALSE(run.writer->take_up(LogWriter::TakeUp::verify));
  EXPECT_EQ(run.writer->take_storage_error()->code, ENOSPC);
  disk.empty();
  run.begin();
  run.transactions(next_transaction(run), 20, 1500);
  EXPECT_EQ(run.log->executed().text(), tenant_uuid().text() + ":1-20");
}

TEST(FullDisk, FilesCanBePurgedOnIt) {
  SmallDisk disk;
  if (!disk.mounted) GTEST_SKIP() << "SKIPPED: a full disk cannot be tried: mounting a tmpfs needs root";
  {
    LogRun run(disk.log_directory, 6000);
    run.begin();
    run.transactions(1, 20, 1500);
    disk.fill(0);
    const auto outcome = run.log->purge_to(3);
    ASSERT_TRUE(outcome) << outcome.error().message;
    EXPECT_EQ(outcome->removed.size(), 2U);
  }
  const LogRun run(disk.log_directory, 6000);
  EXPECT_EQ(run.log->files().front().number, 3U);
}

TEST(FailedSync, NothingIsPublishedBehindItUntilItIsMadeGood) {
  const Directory directory;
  const FailingSync sync;
  LogRun run(directory.path, 1U << 30U, sync);
  run.begin();
  run.transactions(1, 10, 20'000);
  *sync.failures = 1;
  Result<void> done;
  std::uint64_t number = 11;
  for (; done && number < 1000; ++number) {
    done = run.transaction(number, std::to_string(number) + std::string(20'000, 'x'));
    if (done) done = run.converter->idle();
    ::usleep(5'000);
  }
  ASSERT_FALSE(done);
  EXPECT_EQ(run.writer->take_storage_error()->code, EIO);
  const auto end = run.log->end();
  EXPECT_FALSE(run.writer->close());
  run.begin();
  EXPECT_EQ(run.log->end(), end);
  run.transactions(next_transaction(run), 60, 20'000);
  ASSERT_TRUE(run.writer->close());
  // Marks were written again too: a restart takes up near the end.
  const LogRun again(directory.path);
  EXPECT_EQ(again.log->executed().text(), tenant_uuid().text() + ":1-60");
  EXPECT_GT(load_marks(mark_file_path(run.log->path_of(1))).size(), 3U);
}

TEST(FailedSync, BytesThatWereLostByItAreFoundAndServedNoFurther) {
  const Directory directory;
  const FailingSync sync;
  {
    LogRun run(directory.path, 1U << 30U, sync);
    run.begin();
    *sync.failures = 1;
    run.transactions(1, 3, 200);
    ::usleep(400'000);
    // As if the pages had been thrown away: what is read now is what the disk has.
    const auto path = run.log->path_of(1);
    const auto end = run.log->end();
    ASSERT_EQ(::truncate(path.c_str(), static_cast<off_t>(end.offset - 150)), 0);
    ASSERT_EQ(::truncate(path.c_str(), static_cast<off_t>(end.offset)), 0);
    const auto state = run.writer->take_up(LogWriter::TakeUp::verify);
    ASSERT_FALSE(state);
    EXPECT_EQ(state.error().kind, ErrorKind::corrupt);
    EXPECT_EQ(run.writer->take_storage_error()->kind, ErrorKind::corrupt);
  }
  LogRun run(directory.path);
  EXPECT_EQ(run.log->executed().text(), tenant_uuid().text() + ":1-2");
  run.begin();
  run.transactions(1, 3, 200);
  EXPECT_EQ(run.log->executed().text(), tenant_uuid().text() + ":1-3");
}

TEST(FailedSync, AFileThatCannotBeBegunIsBegunAgain) {
  const Directory directory;
  const FailingSync sync;
  LogRun run(directory.path, 4096, sync);
  run.begin();
  run.transactions(1, 1, 3800);
  ::usleep(400'000);  // everything is synced; the next sync is that of a file's header
  *sync.failures = 1;
  Result<void> done;
  for (std::uint64_t number = 2; done && number < 9; ++number)
    done = run.transaction(number, std::to_string(number) + std::string(3800, 'x'));
  ASSERT_FALSE(done);
  run.converter->abort();
  EXPECT_TRUE(run.writer->take_storage_error());
  run.begin();
  run.transactions(next_transaction(run), 9, 3800);
  EXPECT_EQ(run.log->executed().text(), tenant_uuid().text() + ":1-9");
}

}  // namespace sluice::store
