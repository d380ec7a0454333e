#pragma once

#include <string>

#include "mysql/handshake_response.h"

namespace sluice::session {

/// The client's own address as a proxy in between tells it in the connection attributes __client_ip and
/// __client_addr_port (OceanBase's ODP does): "198.51.100.9:40000". Empty if none does, or what it says is no address.
/// A client may claim anything there.
[[nodiscard]] std::string real_host(const mysql::ConnectionAttributes& attributes);

}  // namespace sluice::session
