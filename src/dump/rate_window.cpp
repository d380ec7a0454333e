#include "dump/rate_window.h"

namespace sluice::dump {

namespace {

std::int64_t second_of(RateWindow::Time time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace

void RateWindow::add(Time now, std::uint64_t events, std::uint64_t bytes) {
  constexpr auto relaxed = std::memory_order_relaxed;
  const std::int64_t second = second_of(now);
  Slot& slot = slots_[static_cast<std::size_t>(second) % slots_.size()];
  if (slot.second.load(relaxed) != second) {
    slot.events.store(0, relaxed);
    slot.bytes.store(0, relaxed);
    slot.second.store(second, relaxed);
  }
  slot.events.store(slot.events.load(relaxed) + events, relaxed);
  slot.bytes.store(slot.bytes.load(relaxed) + bytes, relaxed);
}

RateWindow::Rates RateWindow::rates(Time now) const {
  const std::int64_t second = second_of(now);
  Rates sum;
  for (const Slot& slot : slots_) {
    const std::int64_t age = second - slot.second.load(std::memory_order_relaxed);
    if (age >= 1 && age <= window) {
      sum.events += slot.events.load(std::memory_order_relaxed);
      sum.bytes += slot.bytes.load(std::memory_order_relaxed);
    }
  }
  return {sum.events / window, sum.bytes / window};
}

}  // namespace sluice::dump
