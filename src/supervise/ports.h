#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "base/error.h"

namespace sluice::supervise {

/// Where instances listen: 8100 and up.
struct PortRange {
  std::uint16_t first = 8100;
  std::uint16_t last = 9099;
};

/// Whether one can listen there now: false if somebody does. An error if nobody ever could, such as an address that is
/// not of this host.
[[nodiscard]] Result<bool> port_is_free(const std::string& address, std::uint16_t port);

/// The lowest port of the range that is free and not among those `taken`, which belong to instances that are being
/// started, or are stopped for now. Somebody else may still take it before the instance does. ErrorKind::limit if there
/// is none. Blocks for some microseconds a port.
[[nodiscard]] Result<std::uint16_t> choose_port(const std::string& address, PortRange range,
                                                const std::set<std::uint16_t>& taken);

}  // namespace sluice::supervise
