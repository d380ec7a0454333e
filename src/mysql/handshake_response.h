#pragma once

#include <map>
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "mysql/capabilities.h"

namespace sluice::mysql {

/// Limits on what a client says of itself; beyond them decoding fails with ErrorKind::limit.
inline constexpr std::size_t user_name_size_max = 512;  ///< "user@tenant#cluster" too
inline constexpr std::size_t database_name_size_max = 512;
inline constexpr std::size_t plugin_name_size_max = 128;
inline constexpr std::size_t auth_response_size_max = 4096;
inline constexpr std::size_t connection_attributes_size_max = 65536;  ///< all names and values, as in mysqld
inline constexpr std::size_t connection_attributes_max = 512;

/// "program_name", "_client_version" ... and their values.
using ConnectionAttributes = std::map<std::string, std::string>;

/// The client's answer to the greeting (MySQL manual: "Protocol::HandshakeResponse41").
struct HandshakeResponse {
  Capabilities capabilities = 0;  ///< says which of the fields below are there
  std::uint32_t max_packet_size = 0;
  std::uint8_t charset = 0;  ///< a collation's number, its low 8 bits
  std::string user;
  Bytes auth_response;              ///< the proof for `plugin`
  std::string database;             ///< with connect_with_db
  std::string plugin;               ///< with plugin_auth
  ConnectionAttributes attributes;  ///< with connect_attrs
};

/// Writes the fields whose flags are set in `capabilities`; the proof with plugin_auth_lenenc_client_data or with a
/// 1-byte length by secure_connection (at most 255 bytes), else up to a zero byte.
[[nodiscard]] Bytes encode_handshake_response(const HandshakeResponse& response);

/// Reads the fields by the flags the client set, whatever was offered; the caller takes `capabilities` as the
/// intersection with what it offered. A server should offer connect_with_db: libmysqlclient sets that flag always when
/// it has a database, but writes the field only where it was offered. A missing plugin name or missing attributes are
/// empty, as in mysqld. A client without protocol_41 is ErrorKind::unsupported.
[[nodiscard]] Result<HandshakeResponse> decode_handshake_response(ByteView payload);

/// The front of the answer, sent alone when TLS is to follow; the whole answer comes again under TLS.
[[nodiscard]] Bytes encode_ssl_request(const HandshakeResponse& response);
/// Whether the client's first payload is an SSLRequest.
[[nodiscard]] bool is_ssl_request(ByteView payload);

/// COM_CHANGE_USER: a new login on an old connection. The proof is for the challenge of the greeting; the server may,
/// as mysqld does, answer with AuthSwitchRequest and a new challenge.
struct ChangeUser {
  std::string user;
  Bytes auth_response;
  std::string database;
  std::uint16_t charset = 0;  ///< 0 if missing: stays as it was
  std::string plugin;         ///< empty if missing
  ConnectionAttributes attributes;
};

/// `payload` begins with the command byte; `capabilities` are those of the connection.
[[nodiscard]] Result<ChangeUser> decode_change_user(ByteView payload, Capabilities capabilities);
/// Writes all fields that `capabilities` has.
[[nodiscard]] Bytes encode_change_user(const ChangeUser& change, Capabilities capabilities);

}  // namespace sluice::mysql
