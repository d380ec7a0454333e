#pragma once

#include <cstdint>
#include <string>

namespace sluice::follow {

/// Whom an instance follows, as its configuration tells.
struct PrimaryAddress {
  std::string address;  ///< "192.0.2.7:8100"
  std::string user;     ///< an administrator there
  std::string password;
  std::uint64_t epoch = 0;  ///< how many primaries the tenant has had, this one included

  bool operator==(const PrimaryAddress&) const = default;
};

}  // namespace sluice::follow
