#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace sluice::mysql {

inline constexpr std::uint16_t default_port = 3306;

/// Where a server listens.
struct ServerAddress {
  std::string host;  ///< a name or an IPv4 or IPv6 address, without brackets
  std::uint16_t port = default_port;
};

/// Reads "host:port", "host", "[address]:port", "[address]" and a bare IPv6 address.
[[nodiscard]] Result<ServerAddress> parse_server_address(std::string_view text);

/// "host:port", "[address]:port"
[[nodiscard]] std::string to_text(const ServerAddress& address);

}  // namespace sluice::mysql
