#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace sluice::dump {

/// How much passed in each of the last seconds. One thread adds, any reads; a read that falls together with the turn of
/// a second may be off by what was added right then.
class RateWindow {
 public:
  using Time = std::chrono::steady_clock::time_point;
  struct Rates {
    std::uint64_t events = 0;  ///< a second
    std::uint64_t bytes = 0;   ///< a second
  };

  void add(Time now, std::uint64_t events, std::uint64_t bytes);

  /// The mean of the last whole seconds, `window` of them.
  [[nodiscard]] Rates rates(Time now) const;

  static constexpr std::int64_t window = 5;

 private:
  struct Slot {
    std::atomic<std::int64_t> second{-1};
    std::atomic<std::uint64_t> events{0};
    std::atomic<std::uint64_t> bytes{0};
  };
  std::array<Slot, 8> slots_;
};

}  // namespace sluice::dump
