#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "base/pace.h"

namespace sluice::instance {

/// Keeps conversion to a rate. What was done is paid for after it, over the whole life of the instance: a transaction
/// larger than a second's share makes the pause behind it longer, and a lost connection forgives nothing.
class ConvertThrottle {
 public:
  // From any thread, and with effect at once, on a pause under way too. 0: no limit.

  void set_bytes_per_second(std::uint64_t rate);   ///< as the log has them
  void set_events_per_second(std::uint64_t rate);  ///< of the log
  /// Ends the pause under way and all later ones.
  void stop();

  // From the capture thread.

  [[nodiscard]] bool active() const;
  /// Takes note of what was done. True: pause() is due.
  [[nodiscard]] bool use(std::uint64_t events, std::uint64_t bytes);
  /// Waits until all that was done is paid for, or for `longest`; the rest is still owed then.
  void pause(std::chrono::nanoseconds longest);

 private:
  void change(std::atomic<std::uint64_t>& rate, std::uint64_t value);
  void take_rates(Pace::Time now);

  std::atomic<std::uint64_t> bytes_per_second_{0};
  std::atomic<std::uint64_t> events_per_second_{0};
  Pace bytes_;   ///< the capture thread's
  Pace events_;  ///< the same

  std::mutex mutex_;
  std::condition_variable woken_;
  bool changed_ = false;
  bool stopping_ = false;
};

}  // namespace sluice::instance
