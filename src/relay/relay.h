#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include <boost/asio/awaitable.hpp>

#include "mysql/channel.h"

namespace sluice::relay {

namespace asio = boost::asio;

/// Bytes passed on since the start. Any thread.
struct RelayTotals {
  std::atomic<std::uint64_t> to_clients{0};
  std::atomic<std::uint64_t> to_instances{0};
  std::atomic<std::uint64_t>* dumps = nullptr;  ///< dump commands of clients are counted there; outlives the relays
};

/// Passes on what either end sends, as it is, until one of them goes; then both are closed. A slow end holds up the
/// other one only: nothing is kept here but one buffer while it is being written. Both channels belong to the executor
/// of the caller, and must not be used by others.
[[nodiscard]] asio::awaitable<void> relay(mysql::Channel client, mysql::Channel instance,
                                          std::shared_ptr<RelayTotals> totals);

}  // namespace sluice::relay
