#include "base/duration_histogram.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

using namespace std::chrono_literals;

TEST(DurationHistogram, CountsEachDurationInOneBucket) {
  DurationHistogram histogram;
  histogram.observe(1ms);  // a bound belongs to its bucket
  histogram.observe(1001us);
  histogram.observe(-5s);
  histogram.observe(2h);
  const auto snapshot = histogram.snapshot();
  EXPECT_EQ(snapshot.counts[0], 2U);
  EXPECT_EQ(snapshot.counts[1], 1U);
  EXPECT_EQ(snapshot.counts.back(), 1U);
  EXPECT_NEAR(snapshot.sum_seconds, 7200.002001, 1e-9);
}

}  // namespace
}  // namespace sluice
