#include "server/process_meter.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace sluice::server {
namespace {

TEST(CpuSecondsOf, TakesTheTimesBehindTheName) {
  EXPECT_EQ(cpu_seconds_of("7 (a) b) S 1 2 3 4 5 6 7 8 9 10 250 150 0 0", 100), 4.0);
}

TEST(CpuSecondsOf, IsNothingForWhatIsCutShort) {
  EXPECT_EQ(cpu_seconds_of("7 (a", 100), std::nullopt);
  EXPECT_EQ(cpu_seconds_of("7 (a) S 1 2", 100), std::nullopt);
}

TEST(ProcessMeter, KnowsTheRateFromTheSecondCallOn) {
  ProcessMeter meter;
  const auto first = meter.measure(::getpid(), "/proc/self/attr");
  EXPECT_EQ(first.processors, -1);
  EXPECT_GT(first.memory, 0);
  EXPECT_GE(meter.measure(::getpid(), "/proc/self/attr").processors, 0);
}

TEST(ProcessMeter, OfNoProcessNothingIsKnown) {
  const auto use = ProcessMeter().measure(0, "/nonexistent");
  EXPECT_EQ(use.processors, -1);
  EXPECT_EQ(use.memory, -1);
}

}  // namespace
}  // namespace sluice::server
