#pragma once

#include <chrono>
#include <cstdint>

namespace sluice {

/// Says when work may go on so that it keeps to a rate. Work is done first and paid for with time after: what is larger
/// than a moment's share makes the pause after it as much longer, so that in the long run the rate is exact.
///
/// Whoever comes back late, by up to `late_max`, may catch up; time that was not used beyond that is lost. So in any
/// stretch of time there is at most `late_max` worth of work, and one piece, more than the rate allows. Pure: the time
/// comes from the caller. One thread.
class Pace {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::milliseconds late_max{200};
  /// Nothing makes a pause longer than this.
  static constexpr std::chrono::hours pause_max{24};

  /// Units a second; 0: no limit. What is owed is paid at the new rate if that is faster.
  void set_rate(std::uint64_t rate, Time now);
  [[nodiscard]] std::uint64_t rate() const { return rate_; }

  /// Takes note that `amount` was done. Returns when to go on; with no limit, and within what may be caught up, that is
  /// not after `now`.
  Time use(std::uint64_t amount, Time now);

  /// When to go on, `now` at the earliest.
  [[nodiscard]] Time next(Time now) const { return next_ > now ? next_ : now; }

  /// What is worth doing at once: a twentieth of a second's work, 1 at the least. Everything, without a limit.
  [[nodiscard]] std::uint64_t share() const;

 private:
  std::uint64_t rate_ = 0;
  Time next_{};  ///< when all that was done is paid for
};

}  // namespace sluice
