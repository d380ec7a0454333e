#pragma once

#include <chrono>
#include <cstdint>

namespace sluice::metrics {

/// How fast a counter grows at present, told to whoever asks and however often: over the last 5 seconds and at most the
/// time between two questions more. One thread; keeps two samples.
class RateWindow {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds width_min{5};

  /// The counter is 0 at `start`.
  explicit RateWindow(Time start) : older_{start, 0}, newer_{start, 0} {}

  /// Growth a second up to `now`, when the counter is at `count`.
  [[nodiscard]] double rate(double count, Time now);

 private:
  struct Sample {
    Time time;
    double count;
  };
  Sample older_;
  Sample newer_;
};

}  // namespace sluice::metrics
