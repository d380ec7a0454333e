#pragma once

#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "mysql/challenge.h"

namespace sluice::mysql {

/// What goes over the wire between the client's answer to the greeting and the server's OK or ERR (MySQL manual:
/// "Connection Phase Packets", "caching_sha2_password Information").

/// The first bytes that tell the packets apart; the others are OK (0x00) and ERR (0xFF), see response.h.
inline constexpr std::uint8_t auth_more_data_header = 0x01;
inline constexpr std::uint8_t auth_switch_header = 0xFE;

/// The server asks the client to start again with another plugin: 0xFE, the name, the challenge and a zero byte. The
/// client answers with the bare proof as payload.
struct AuthSwitchRequest {
  std::string plugin;
  Bytes data;  ///< the challenge without the zero byte at its end; other plugins may send what they like
};

[[nodiscard]] Bytes encode_auth_switch_request(std::string_view plugin, const Challenge& challenge);
/// A lone 0xFE byte, the request for the password form of before MySQL 4.1, is ErrorKind::unsupported.
[[nodiscard]] Result<AuthSwitchRequest> decode_auth_switch_request(ByteView payload);

/// The server says more: 0x01 and what the plugin wants.
[[nodiscard]] Bytes encode_auth_more_data(ByteView data);
/// The data; a view into `payload`.
[[nodiscard]] Result<ByteView> decode_auth_more_data(ByteView payload);

/// What caching_sha2_password says in AuthMoreData after the client's proof.
inline constexpr std::uint8_t sha2_fast_login_ok = 0x03;      ///< the proof is right; OK follows at once
inline constexpr std::uint8_t sha2_full_login_needed = 0x04;  ///< the client has to send the password itself
/// The payload with which a client without TLS asks for the server's RSA key; the answer is AuthMoreData with the PEM.
inline constexpr std::uint8_t public_key_request = 0x02;

/// What a client under TLS sends after sha2_full_login_needed: the password and a zero byte.
[[nodiscard]] Bytes encode_clear_password(std::string_view password);
/// The password of such a payload, up to the first zero byte; nothing may follow it. Without zero byte it is invalid.
[[nodiscard]] Result<std::string> decode_clear_password(ByteView payload);

}  // namespace sluice::mysql
