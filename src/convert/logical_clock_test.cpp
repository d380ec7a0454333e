#include "convert/logical_clock.h"

#include <gtest/gtest.h>

namespace sluice::convert {
namespace {

using Clock = binlog::GtidEvent::LogicalClock;

}  // namespace

TEST(LogicalClock, KeepsDistancesWithinAnEpoch) {
  LogicalClock clock(0);
  EXPECT_EQ(clock.rebase({99, 100}, "f"), (Clock{0, 1}));
  EXPECT_EQ(clock.rebase({99, 101}, "f"), (Clock{0, 2}));
  EXPECT_EQ(clock.rebase({101, 102}, "f"), (Clock{2, 3}));
}

TEST(LogicalClock, ANewEpochWaitsForAllBefore) {
  LogicalClock clock(0);
  EXPECT_EQ(clock.rebase({6, 7}, "f"), (Clock{0, 1}));
  EXPECT_EQ(clock.rebase({0, 1}, "g"), (Clock{1, 2}));
  EXPECT_EQ(clock.rebase({0, 2}, "g"), (Clock{1, 3}));
}

TEST(LogicalClock, AGapOfTheSourceStaysAGap) {
  LogicalClock clock(0);
  EXPECT_EQ(clock.rebase({0, 1}, "f"), (Clock{0, 1}));
  EXPECT_EQ(clock.rebase({2, 5}, "f"), (Clock{2, 5}));
}

TEST(LogicalClock, NumbersNoSourceReachesDoNotOverflow) {
  LogicalClock clock(1);
  EXPECT_EQ(clock.rebase({INT64_MIN, INT64_MIN}, "f"), (Clock{1, 2}));
  const Clock far = clock.rebase({INT64_MAX, INT64_MAX}, "f");
  EXPECT_GT(far.sequence_number, 2);
  EXPECT_EQ(clock.rebase({INT64_MIN, INT64_MAX}, "f").sequence_number, far.sequence_number + 1);
}

TEST(LogicalClock, AFileOfOursBeginsAtOne) {
  LogicalClock clock(0);
  (void)clock.rebase({0, 1}, "f");
  (void)clock.rebase({1, 2}, "f");
  clock.begin_file();
  EXPECT_EQ(clock.rebase({1, 3}, "f"), (Clock{0, 1}));
  EXPECT_EQ(clock.rebase({3, 4}, "f"), (Clock{1, 2}));
}

TEST(LogicalClock, TakenUpItGoesOnAsIfNeverStopped) {
  LogicalClock whole(0);
  (void)whole.rebase({10, 11}, "f");
  const Clock second = whole.rebase({11, 12}, "f");
  LogicalClock taken_up(second.sequence_number - 1);
  EXPECT_EQ(taken_up.rebase({11, 12}, "f"), second);
  EXPECT_EQ(taken_up.rebase({11, 13}, "f"), whole.rebase({11, 13}, "f"));
}

TEST(LogicalClock, WithoutSourceClockEachWaitsForTheOneBefore) {
  LogicalClock clock(4);
  EXPECT_EQ(clock.assign(std::nullopt), (Clock{4, 5}));
  EXPECT_EQ(clock.assign(std::nullopt), (Clock{5, 6}));
}

TEST(LogicalClock, ACommitGroupWaitsForWhatWasBeforeIt) {
  LogicalClock clock(0);
  EXPECT_EQ(clock.assign(std::nullopt), (Clock{0, 1}));
  EXPECT_EQ(clock.assign(8), (Clock{1, 2}));
  EXPECT_EQ(clock.assign(8), (Clock{1, 3}));
  EXPECT_EQ(clock.assign(9), (Clock{3, 4}));
}

}  // namespace sluice::convert
