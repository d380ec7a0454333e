#pragma once

#include <atomic>
#include <cstdint>

#include "base/duration_histogram.h"

namespace sluice::dump {

/// What all dumps of an instance together have done since its start. Any thread; counted once a write, not an event.
struct DumpTotals {
  std::atomic<std::uint64_t> requests{0};  ///< dump commands
  std::atomic<std::uint64_t> refused{0};   ///< dumps that ended with an error told to the subscriber
  std::atomic<std::uint64_t> broken{0};  ///< dumps that ended because the connection failed or stood still for too long
  std::atomic<std::uint64_t> events{0};  ///< of the log, sent
  std::atomic<std::uint64_t> bytes{0};   ///< sent, the packets' frames and events of our own included
  std::atomic<std::uint64_t> heartbeats{0};
  /// From a publication to the end of the write that sent it, of those subscribers who read what is in memory.
  DurationHistogram published_to_sent;
};

}  // namespace sluice::dump
