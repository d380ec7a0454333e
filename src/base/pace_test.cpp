#include "base/pace.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

using namespace std::chrono_literals;

const Pace::Time start = Pace::Time() + 1000s;

/// What a worker gets done until `end` that does `piece` at once and always waits as it is told, and `late` longer.
std::uint64_t work(Pace& pace, Pace::Time now, Pace::Time end, std::uint64_t piece,
                   std::chrono::nanoseconds late = 0s) {
  std::uint64_t done = 0;
  while (now < end) {
    done += piece;
    const Pace::Time next = pace.use(piece, now);
    if (next > now) now = next + late;
  }
  return done;
}

TEST(Pace, KeepsToItsRateFromTheFirstSecondOn) {
  Pace pace;
  pace.set_rate(1000, start);
  EXPECT_NEAR(static_cast<double>(work(pace, start, start + 1s, 7)), 1000, 7);
  EXPECT_NEAR(static_cast<double>(work(pace, start + 1s, start + 100s, 7)), 99'000, 7);
}

TEST(Pace, IsExactHoweverSmallThePieces) {
  Pace pace;
  pace.set_rate(3'000'000, start);
  EXPECT_NEAR(static_cast<double>(work(pace, start, start + 3s, 19)), 9e6, 1000);
}

TEST(Pace, LatenessIsMadeUpFor) {
  Pace pace;
  pace.set_rate(1000, start);
  EXPECT_NEAR(static_cast<double>(work(pace, start, start + 100s, 50, 30ms)), 100'000, 100);
}

TEST(Pace, WhatWasNotUsedForLongIsLost) {
  Pace pace;
  pace.set_rate(1000, start);
  EXPECT_EQ(pace.use(1000, start), start + 1s);
  EXPECT_NEAR(static_cast<double>(work(pace, start + 1h, start + 1h + 10s, 1)), 10'000, 1);
}

TEST(Pace, APieceLargerThanASecondIsPaidForAfter) {
  Pace pace;
  pace.set_rate(1U << 20U, start);
  EXPECT_EQ(pace.use(16U << 20U, start), start + 16s);
  EXPECT_EQ(pace.next(start), start + 16s);
  EXPECT_EQ(pace.next(start + 17s), start + 17s);
}

TEST(Pace, AnotherRateCountsForWhatIsOwed) {
  Pace pace;
  pace.set_rate(100, start);
  (void)pace.use(1000, start);
  pace.set_rate(1000, start + 5s);
  EXPECT_EQ(pace.next(start), start + 5s + 500ms);
  pace.set_rate(1, start + 5s);
  EXPECT_EQ(pace.next(start), start + 5s + 500ms) << "what was agreed is paid";
  pace.set_rate(0, start + 5s);
  EXPECT_EQ(pace.next(start + 5s), start + 5s);
  EXPECT_EQ(pace.use(1U << 30U, start + 5s), start + 5s);
}

TEST(Pace, NoNumberIsTooLarge) {
  Pace pace;
  pace.set_rate(1, start);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(pace.use(UINT64_MAX, start), start + Pace::pause_max);
  }
  pace.set_rate(UINT64_MAX, start);
  EXPECT_LT(pace.next(start), start + 1s);
}

TEST(Pace, AShareIsATwentiethOfASecond) {
  Pace pace;
  EXPECT_EQ(pace.share(), UINT64_MAX);
  pace.set_rate(1000, start);
  EXPECT_EQ(pace.share(), 50U);
  pace.set_rate(3, start);
  EXPECT_EQ(pace.share(), 1U);
}

}  // namespace
}  // namespace sluice
