#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace sluice {

/// Counts durations by size, from 1 ms to an hour. Any thread; takes no lock and never grows.
class DurationHistogram {
 public:
  /// Upper bounds in seconds; what is longer than the last is counted behind them.
  static constexpr std::array<double, 15> bounds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                                    0.5,   1,      2.5,   10,   60,    600,  3600};

  /// Negative durations, which clocks of two hosts give, count as 0.
  void observe(std::chrono::nanoseconds duration);

  /// The numbers are read one by one, so they may be of moments next to each other.
  struct Snapshot {
    std::array<std::uint64_t, bounds.size() + 1> counts{};  ///< of this bucket alone
    double sum_seconds = 0;
  };
  [[nodiscard]] Snapshot snapshot() const;

 private:
  std::array<std::atomic<std::uint64_t>, bounds.size() + 1> counts_{};
  std::atomic<std::uint64_t> sum_microseconds_{0};
};

}  // namespace sluice
