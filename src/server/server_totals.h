#pragma once

#include <atomic>
#include <cstdint>

namespace sluice::server {

/// What happened since the start of this server. Any thread.
struct ServerTotals {
  std::atomic<std::uint64_t> instances_started{0};
  std::atomic<std::uint64_t> instances_stopped{0};  ///< as wanted
  std::atomic<std::uint64_t> instances_ended{0};    ///< unasked
  std::atomic<std::uint64_t> instances_removed{0};
  std::atomic<std::uint64_t> instances_given_up{0};  ///< left to a person
  std::atomic<std::uint64_t> primaries_set{0};
  std::atomic<std::uint64_t> primaries_not_set{0};  ///< nobody could take over
};

}  // namespace sluice::server
