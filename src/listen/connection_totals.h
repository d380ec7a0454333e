#pragma once

#include <atomic>
#include <cstdint>

namespace sluice::listen {

/// What became of the clients that came since the start. Any thread.
struct ConnectionTotals {
  std::atomic<std::uint64_t> connections{0};          ///< accepted
  std::atomic<std::uint64_t> refused_connections{0};  ///< too many at a time
  std::atomic<std::uint64_t> blocked_connections{0};  ///< of addresses that failed to log in too often
  std::atomic<std::uint64_t> evicted_handshakes{0};   ///< took too long to log in while too many others waited
  std::atomic<std::uint64_t> failed_logins{0};
};

}  // namespace sluice::listen
