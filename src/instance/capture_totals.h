#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "base/duration_histogram.h"

namespace sluice::instance {

/// What capture has done since the start of the instance. Counted by its thread, read by any; no lock.
struct CaptureTotals {
  std::atomic<std::uint64_t> fetched_events{0};  ///< of transactions, what is read again to be compared included
  std::atomic<std::uint64_t> stored_events{0};   ///< of complete transactions, as the log has them
  std::atomic<std::uint64_t> stored_bytes{0};    ///< appended to the log, file headers included
  std::atomic<std::uint64_t> transactions{0};    ///< stored
  std::atomic<std::uint64_t> connections{0};     ///< to the source
  std::atomic<std::uint64_t> contradictions{0};  ///< the source gave what does not fit the log
  std::atomic<std::int64_t> commit_time{0};      ///< of the last stored transaction, microseconds since 1970
  std::atomic<std::int64_t> checkpoint{0};       ///< all that was committed before is stored; the same unit
  /// Since when the source, which is connected, has had nothing more to give; 0: it has, as far as we know.
  std::atomic<std::int64_t> idle_since{0};
  std::atomic<bool> unpublished{false};      ///< a transaction has been stored since the last publication
  DurationHistogram committed_to_published;  ///< of the last transaction of each publication
};

/// A pause of the source shorter than this (microseconds) may be the network's.
inline constexpr std::int64_t idle_settled = 500'000;

/// Microseconds since 1970.
[[nodiscard]] inline std::int64_t now_in_microseconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

}  // namespace sluice::instance
