#include <csignal>
#include <random>

#include <fmt/format.h>
#include <sys/wait.h>

#include "store/log_directory.h"
#include "store/log_reader.h"
#include "store/store_test_support.h"

namespace sluice::store {
namespace {

std::vector<std::uint64_t> numbers(const Log& log) {
  std::vector<std::uint64_t> numbers;
  for (const LogFileInfo& file : log.files())
    numbers.push_back(file.number);
  return numbers;
}

std::string index_of(const std::vector<std::uint64_t>& files) {
  std::string index;
  for (const std::uint64_t file : files)
    index += fmt::format("./mysql-bin.{:06}\n", file);
  return index;
}

using Files = std::vector<std::uint64_t>;

/// A log of 5 files: one transaction fills a file, so the fifth has none yet. Transaction n has the time 1000 + n.
struct FiveFiles : LogRun {
  explicit FiveFiles(const std::filesystem::path& directory) : LogRun(directory, 4096) {
    begin();
    transactions(1, 4, 4096);
  }
};

void expect_sound(const std::filesystem::path& directory, const Files& files) {
  LogRun run(directory, 4096);
  EXPECT_EQ(numbers(*run.log), files);
  EXPECT_EQ(content(directory / "mysql-bin.index"), index_of(files));
  EXPECT_FALSE(std::filesystem::exists(directory / "marks" / "purge"));
  EXPECT_EQ(*log_files_in(directory), files);
  for (std::uint64_t gone = 1; gone < files.front(); ++gone)
    EXPECT_FALSE(std::filesystem::exists(mark_file_path(run.log->path_of(gone))));
  EXPECT_EQ(run.log->executed().text(), tenant_uuid().text() + ":1-4");
  const auto purged = files.front() == 1   ? std::string()
                      : files.front() == 2 ? tenant_uuid().text() + ":1"
                                           : fmt::format("{}:1-{}", tenant_uuid().text(), files.front() - 1);
  EXPECT_EQ(run.log->purged().text(), purged);
}

}  // namespace

TEST(LogPurge, TheNamedFileAndTheNewestStay) {
  const Directory directory;
  {
    FiveFiles run(directory.path);
    const auto outcome = run.log->purge_to(3);
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->removed, (Files{1, 2}));
    EXPECT_FALSE(outcome->in_use);
    EXPECT_EQ(numbers(*run.log), (Files{3, 4, 5}));
    EXPECT_EQ(run.log->purge_to(2).error().kind, ErrorKind::not_found);
    EXPECT_EQ(run.log->purge_to(6).error().kind, ErrorKind::not_found);
    EXPECT_EQ(run.log->purge_to(5)->removed, (Files{3, 4}));
    EXPECT_EQ(run.log->purge_to(5)->removed, Files());
  }
  expect_sound(directory.path, {5});
}

TEST(LogPurge, BeforeATimeAFileWithATransactionOfThatTimeStays) {
  const Directory directory;
  const FiveFiles run(directory.path);
  EXPECT_EQ(run.log->purge_before(1001)->removed, Files());
  EXPECT_EQ(run.log->purge_before(1003)->removed, (Files{1, 2}));
  EXPECT_EQ(run.log->purge_before(4'000'000'000)->removed, (Files{3, 4}));
  EXPECT_EQ(run.log->purge_before(4'000'000'000)->removed, Files());
}

TEST(LogPurge, AFileThatIsReadStopsIt) {
  const Directory directory;
  const FiveFiles run(directory.path);
  auto hold = *run.log->hold(2);
  const auto other = *run.log->hold(4);
  const auto outcome = run.log->purge_to(5);
  EXPECT_EQ(outcome->removed, Files{1});
  EXPECT_EQ(outcome->in_use, 2U);
  EXPECT_EQ(outcome->readers, 1U);
  EXPECT_FALSE(run.log->purge_to(2)->in_use);
  EXPECT_EQ(run.log->hold(1).error().kind, ErrorKind::not_found);
  hold->move_to(3);
  EXPECT_EQ(run.log->purge_to(5)->removed, Files{2});
  hold.reset();
  EXPECT_EQ(run.log->purge_to(5)->removed, Files{3});
}

TEST(LogPurge, WhatWasPurgedIsNotFoundByGtid) {
  const Directory directory;
  const FiveFiles run(directory.path);
  ASSERT_TRUE(run.log->purge_to(3));
  binlog::GtidSet known;
  EXPECT_EQ(run.log->find(known).error().kind, ErrorKind::not_found);
  known.add({tenant_uuid(), ""}, {1, 3});
  EXPECT_EQ(run.log->find(known), (LogPosition{3, 4}));
  known.add({tenant_uuid(), ""}, {1, 5});
  EXPECT_EQ(run.log->find(known), (LogPosition{5, 4}));
  EXPECT_EQ(run.log->check_position({2, 4}).error().kind, ErrorKind::not_found);
}

TEST(LogPurge, ConversionIsTakenUpInAFileThatIsAllThatIsLeft) {
  const Directory directory;
  { const FiveFiles run(directory.path); }
  {
    LogRun run(directory.path, 4096);
    ASSERT_TRUE(run.log->purge_to(5));
  }
  LogRun run(directory.path, 4096);
  run.begin();
  EXPECT_FALSE(run.writer->verifying());
  EXPECT_EQ(run.taken_up.source_place, "behind 4");
  EXPECT_EQ(run.taken_up.file, 5U);
  EXPECT_EQ(run.taken_up.last_timestamp, 1004U);
  run.transactions(5, 6, 4096);
  EXPECT_EQ(run.log->end().file, 7U);
  const Directory whole;
  LogRun unpurged(whole.path, 4096);
  unpurged.begin();
  unpurged.transactions(1, 6, 4096);
  EXPECT_EQ(content(directory.path / "mysql-bin.000005"), content(whole.path / "mysql-bin.000005"));
}

TEST(LogPurge, WhatIsBeingComparedIsHeld) {
  const Directory directory;
  { const FiveFiles run(directory.path); }
  LogRun run(directory.path, 4096);
  run.begin();
  ASSERT_TRUE(run.writer->verifying());
  EXPECT_EQ(run.log->purge_to(5)->in_use, 4U);
  run.transactions(4, 5, 4096);
  EXPECT_EQ(run.log->purge_to(5)->removed, Files{4});
}

TEST(LogPurge, BrokenOffAnywhereItIsEndedAtTheNextOpening) {
  // After each step of a purge of the files 1 to 3, as a crash would leave it.
  for (int steps = 0; steps <= 4; ++steps) {
    const Directory directory;
    { const FiveFiles run(directory.path); }
    ASSERT_TRUE(note_purge(directory.path, 3));
    ASSERT_TRUE(steps < 1 || write_log_index(directory.path, {4, 5}));
    if (steps == 2) std::filesystem::remove(directory.path / "mysql-bin.000001");
    ASSERT_TRUE(steps < 3 || remove_log_file(directory.path, 1));
    ASSERT_TRUE(steps < 4 || remove_log_file(directory.path, 3));
    expect_sound(directory.path, {4, 5});
  }
}

TEST(LogPurge, ANoteNeverTakesTheNewestFile) {
  const Directory directory;
  { const FiveFiles run(directory.path); }
  ASSERT_TRUE(note_purge(directory.path, 9));
  expect_sound(directory.path, {5});
}

TEST(LogPurge, ADamagedNoteTakesNothing) {
  const Directory directory;
  { const FiveFiles run(directory.path); }
  std::ofstream(directory.path / "marks" / "purge") << "mysql-bin.";
  expect_sound(directory.path, {1, 2, 3, 4, 5});
}

TEST(LogPurge, KilledAtAnyMomentItLeavesASoundLog) {
  std::mt19937 random(20261122);  // NOLINT(cert-msc51-cpp): the same moments in every run
  int killed = 0;
  for (int round = 0; round < 12; ++round) {
    const Directory directory;
    { const FiveFiles run(directory.path); }
    int begins[2];
    ASSERT_EQ(::pipe(begins), 0);
    const ::pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      const LogRun run(directory.path, 4096);
      (void)!::write(begins[1], "!", 1);
      (void)run.log->purge_to(4);
      ::_exit(0);
    }
    char byte = 0;
    EXPECT_EQ(::read(begins[0], &byte, 1), 1);
    // Some disks are a hundred times faster than others.
    constexpr unsigned longest[] = {200, 3'000, 40'000};
    ::usleep(static_cast<::useconds_t>(random() % longest[round % 3]));
    ::kill(child, SIGKILL);
    ::close(begins[0]);
    ::close(begins[1]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status)) ++killed;
    const bool whole = std::filesystem::exists(directory.path / "marks" / "purge") ||
                       !std::filesystem::exists(directory.path / "mysql-bin.000001");
    expect_sound(directory.path, whole ? Files{4, 5} : Files{1, 2, 3, 4, 5});
  }
  EXPECT_GT(killed, 0);
}

}  // namespace sluice::store
