#include "base/duration_histogram.h"

#include <algorithm>

namespace sluice {

void DurationHistogram::observe(std::chrono::nanoseconds duration) {
  const auto counted = std::max(duration, std::chrono::nanoseconds(0));
  const double seconds = std::chrono::duration<double>(counted).count();
  const auto bucket = static_cast<std::size_t>(std::ranges::lower_bound(bounds, seconds) - bounds.begin());
  counts_[bucket].fetch_add(1, std::memory_order_relaxed);
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(counted).count();
  sum_microseconds_.fetch_add(static_cast<std::uint64_t>(microseconds), std::memory_order_relaxed);
}

DurationHistogram::Snapshot DurationHistogram::snapshot() const {
  constexpr double microseconds_per_second = 1e6;
  Snapshot result;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    result.counts[i] = counts_[i].load(std::memory_order_relaxed);
  }
  result.sum_seconds = static_cast<double>(sum_microseconds_.load(std::memory_order_relaxed)) / microseconds_per_second;
  return result;
}

}  // namespace sluice
