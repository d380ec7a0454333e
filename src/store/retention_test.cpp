#include "store/retention.h"

#include "store/store_test_support.h"

namespace sluice::store {
namespace {

/// Files 3 to 7 of 100 bytes each, written at 1000, 2000, ...; the newest has no time.
const std::vector<LogFileInfo> five_files{{3, 100}, {4, 100}, {5, 100}, {6, 100}, {7, 100}};
const std::vector<LogFileTime> their_times{{3, 1000}, {4, 2000}, {5, 3000}, {6, 4000}};

RetentionPlan plan(const RetentionLimits& limits, std::uint64_t now = 10'000) {
  return plan_retention(five_files, their_times, limits, now);
}

bool wait_for(const std::function<bool()>& condition) {
  for (int i = 0; i < 500; ++i) {
    if (condition()) return true;
    ::usleep(10'000);
  }
  return false;
}

}  // namespace

TEST(RetentionPlan, WithoutLimitsEverythingStays) {
  EXPECT_EQ(plan({}), (RetentionPlan{3, 3}));
  EXPECT_EQ(plan_retention({}, {}, {1, 1, 100}, 1), RetentionPlan());
}

TEST(RetentionPlan, ByAgeAFileGoesWhenItsLastTransactionIsOlder) {
  EXPECT_EQ(plan({.expire_seconds = 9000}).keep_from, 3U);
  EXPECT_EQ(plan({.expire_seconds = 8999}).keep_from, 4U);
  EXPECT_EQ(plan({.expire_seconds = 1}).keep_from, 7U);
}

TEST(RetentionPlan, BySizeTheOldestGoUntilTheRestFits) {
  EXPECT_EQ(plan({.expire_size = 500}).keep_from, 3U);
  EXPECT_EQ(plan({.expire_size = 499}).keep_from, 4U);
  EXPECT_EQ(plan({.expire_size = 1}).keep_from, 7U);
}

TEST(RetentionPlan, TheStricterLimitCounts) {
  EXPECT_EQ(plan({.expire_seconds = 8000, .expire_size = 200}).keep_from, 6U);
  EXPECT_EQ(plan({.expire_seconds = 6500, .expire_size = 400}).keep_from, 6U);
}

TEST(RetentionPlan, TheHardLimitIsAShareOfTheSize) {
  EXPECT_EQ(plan({.expire_size = 200, .hard_percent = 200}), (RetentionPlan{6, 4}));
  EXPECT_EQ(plan({.expire_size = 200, .hard_percent = 0}), (RetentionPlan{6, 3}));
  EXPECT_EQ(plan({.expire_seconds = 1, .hard_percent = 200}), (RetentionPlan{7, 3}));
}

TEST(Retention, LooksWhenAFileBegins) {
  const Directory directory;
  LogRun run(directory.path, 4096);
  Retention retention(
      run.log, [] { return RetentionLimits{.expire_size = 10'000}; }, std::chrono::hours(1));
  run.begin();
  run.transactions(1, 8, 4096);
  EXPECT_TRUE(wait_for([&] { return run.log->files().size() == 3; }));
}

TEST(Retention, AnIdleLogExpiresByTheClock) {
  const Directory directory;
  LogRun run(directory.path, 4096);
  run.begin();
  run.transactions(1, 4, 4096);
  std::atomic<std::uint64_t> seconds = 0;
  Retention retention(
      run.log, [&] { return RetentionLimits{.expire_seconds = seconds}; }, std::chrono::milliseconds(20));
  ::usleep(100'000);
  EXPECT_EQ(run.log->files().size(), 5U);
  seconds = 1000;
  EXPECT_TRUE(wait_for([&] { return run.log->files().size() == 1; }));
}

TEST(Retention, AReaderKeepsItsFilesUpToTheHardLimit) {
  const Directory directory;
  LogRun run(directory.path, 4096);
  run.begin();
  run.transactions(1, 4, 4096);
  const auto slow = *run.log->hold(1);
  const auto quick = *run.log->hold(4);
  RetentionLimits limits{.expire_size = 5'000, .hard_percent = 1000};
  Retention retention(
      run.log, [&] { return limits; }, std::chrono::hours(1));
  EXPECT_EQ(retention.look(), 0U);
  EXPECT_FALSE(slow->revoked());
  limits.hard_percent = 200;
  EXPECT_EQ(retention.look(), 3U);
  EXPECT_TRUE(slow->revoked());
  EXPECT_NE(slow->reason().find("binlog_expire_logs_hard_percent"), std::string::npos);
  EXPECT_FALSE(quick->revoked());
  EXPECT_EQ(run.log->files().front().number, 4U);
}

}  // namespace sluice::store
