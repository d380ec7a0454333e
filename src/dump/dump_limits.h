#pragma once

#include <atomic>
#include <cstdint>

namespace sluice::dump {

/// What limits the dumps of an instance. May be changed at any time by any thread: rates count from the next write of
/// each subscriber on, the number of dumps from the next dump on. 0: no limit.
struct DumpLimits {
  std::atomic<std::uint64_t> bytes_per_second{0};   ///< to each subscriber, the packets' frames included
  std::atomic<std::uint64_t> events_per_second{0};  ///< of the log, to each subscriber
  std::atomic<std::uint64_t> dumps_max{0};          ///< at a time
};

}  // namespace sluice::dump
