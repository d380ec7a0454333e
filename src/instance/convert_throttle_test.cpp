#include "instance/convert_throttle.h"

#include <thread>

#include <gtest/gtest.h>

namespace sluice::instance {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

TEST(ConvertThrottle, IsOffAtFirst) {
  ConvertThrottle throttle;
  EXPECT_FALSE(throttle.active());
  EXPECT_FALSE(throttle.use(1'000'000, 1U << 30U));
}

TEST(ConvertThrottle, TheStricterLimitCounts) {
  ConvertThrottle throttle;
  throttle.set_bytes_per_second(1'000'000);
  throttle.set_events_per_second(10);
  const auto begin = steady_clock::now();
  EXPECT_TRUE(throttle.use(1, 1));
  throttle.pause(1h);
  EXPECT_GE(steady_clock::now() - begin, 100ms);
}

TEST(ConvertThrottle, WhatAPauseLeavesIsStillOwed) {
  ConvertThrottle throttle;
  throttle.set_bytes_per_second(1000);
  const auto begin = steady_clock::now();
  EXPECT_TRUE(throttle.use(1, 200));
  throttle.pause(10ms);
  throttle.pause(1h);
  EXPECT_GE(steady_clock::now() - begin, 200ms);
}

TEST(ConvertThrottle, AChangeEndsAPauseThatIsTooLong) {
  ConvertThrottle throttle;
  throttle.set_bytes_per_second(1);
  EXPECT_TRUE(throttle.use(1, 3600));
  std::thread operator_thread([&] {
    std::this_thread::sleep_for(20ms);
    throttle.set_bytes_per_second(0);
  });
  const auto begin = steady_clock::now();
  throttle.pause(1h);
  EXPECT_LT(steady_clock::now() - begin, 30s);
  operator_thread.join();
}

TEST(ConvertThrottle, StopEndsPausesForGood) {
  ConvertThrottle throttle;
  throttle.set_bytes_per_second(1);
  EXPECT_TRUE(throttle.use(1, 3600));
  std::thread stopper([&] {
    std::this_thread::sleep_for(20ms);
    throttle.stop();
  });
  const auto begin = steady_clock::now();
  throttle.pause(1h);
  throttle.pause(1h);
  EXPECT_LT(steady_clock::now() - begin, 30s);
  stopper.join();
}

}  // namespace
}  // namespace sluice::instance
