#pragma once

#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "mysql/capabilities.h"
#include "mysql/challenge.h"
#include "mysql/status_flags.h"

namespace sluice::mysql {

/// The server's first packet (MySQL manual: "Protocol::HandshakeV10").
struct Greeting {
  std::string server_version;  ///< MariaDB from 10.0 to 10.11 puts "5.5.5-" before its own
  std::uint32_t connection_id = 0;
  Challenge challenge{};
  Capabilities capabilities = 0;
  std::uint8_t charset = 0;  ///< a collation's number, its low 8 bits
  StatusFlags status = 0;
  std::string plugin;  ///< the server's default; empty if it does not know plugins
};

/// plugin_auth and secure_connection should be among the capabilities; the packet is written as if they were.
[[nodiscard]] Bytes encode_greeting(const Greeting& greeting);

/// Refuses other protocol versions than 10 and servers without protocol_41 and secure_connection (before MySQL 5.0) as
/// unsupported. An ERR packet may stand in the greeting's place: look with is_error (response.h) first.
[[nodiscard]] Result<Greeting> decode_greeting(ByteView payload);

}  // namespace sluice::mysql
