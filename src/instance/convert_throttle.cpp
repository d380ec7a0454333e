#include "instance/convert_throttle.h"

#include <algorithm>

namespace sluice::instance {
namespace {

using std::chrono::steady_clock;

/// Shorter pauses are left until there is enough for one; meanwhile nothing is lost.
constexpr std::chrono::milliseconds pause_min{2};

}  // namespace

void ConvertThrottle::change(std::atomic<std::uint64_t>& rate, std::uint64_t value) {
  rate = value;
  const std::lock_guard lock(mutex_);
  changed_ = true;
  woken_.notify_all();
}

void ConvertThrottle::set_bytes_per_second(std::uint64_t rate) {
  change(bytes_per_second_, rate);
}

void ConvertThrottle::set_events_per_second(std::uint64_t rate) {
  change(events_per_second_, rate);
}

void ConvertThrottle::stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  woken_.notify_all();
}

bool ConvertThrottle::active() const {
  return bytes_per_second_.load(std::memory_order_relaxed) != 0 ||
         events_per_second_.load(std::memory_order_relaxed) != 0;
}

void ConvertThrottle::take_rates(Pace::Time now) {
  bytes_.set_rate(bytes_per_second_, now);
  events_.set_rate(events_per_second_, now);
}

bool ConvertThrottle::use(std::uint64_t events, std::uint64_t bytes) {
  const auto now = steady_clock::now();
  take_rates(now);
  return std::max(events_.use(events, now), bytes_.use(bytes, now)) >= now + pause_min;
}

void ConvertThrottle::pause(std::chrono::nanoseconds longest) {
  const auto end = steady_clock::now() + longest;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    changed_ = false;
    const auto now = steady_clock::now();
    take_rates(now);
    const auto until = std::min(std::max(events_.next(now), bytes_.next(now)), end);
    if (until <= now || !woken_.wait_until(lock, until, [this] { return changed_ || stopping_; })) return;
  }
}

}  // namespace sluice::instance
