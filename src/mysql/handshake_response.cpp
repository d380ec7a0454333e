#include "mysql/handshake_response.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "base/assert.h"
#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "mysql/command.h"

namespace sluice::mysql {
namespace {

constexpr std::size_t reserved_size = 23;
constexpr std::size_t ssl_request_size = 4 + 4 + 1 + reserved_size;

bool has(Capabilities capabilities, Capabilities flag) {
  return (capabilities & flag) != 0;
}

std::unexpected<Error> malformed(std::string_view packet) {
  return fail(ErrorKind::invalid, fmt::format("malformed {} packet", packet));
}

ByteWriter write_front(const HandshakeResponse& response) {
  ByteWriter writer;
  writer.u32(response.capabilities).u32(response.max_packet_size).u8(response.charset).zeros(reserved_size);
  return writer;
}

void write_attributes(ByteWriter& writer, const ConnectionAttributes& attributes) {
  ByteWriter pairs;
  for (const auto& [name, value] : attributes) {
    pairs.length_encoded_text(name).length_encoded_text(value);
  }
  writer.length_encoded_text(as_text(pairs.view()));
}

Result<ConnectionAttributes> read_attributes(ByteReader& reader) {
  ConnectionAttributes attributes;
  if (reader.remaining() == 0) {
    return attributes;
  }
  const std::string_view pairs = reader.length_encoded_text();
  if (pairs.size() > connection_attributes_size_max) {
    return fail(ErrorKind::limit, "connection attributes of more than 65536 bytes");
  }
  ByteReader pair_reader(as_bytes(pairs));
  while (pair_reader.ok() && pair_reader.remaining() > 0) {
    std::string name(pair_reader.length_encoded_text());
    std::string value(pair_reader.length_encoded_text());
    attributes.insert_or_assign(std::move(name), std::move(value));
    if (attributes.size() > connection_attributes_max) {
      return fail(ErrorKind::limit, "more than 512 connection attributes");
    }
  }
  if (!reader.ok() || !pair_reader.ok()) {
    return fail(ErrorKind::invalid, "malformed connection attributes");
  }
  return attributes;
}

std::string_view read_auth_response(ByteReader& reader, Capabilities capabilities, bool may_be_length_encoded) {
  if (may_be_length_encoded && has(capabilities, capability::plugin_auth_lenenc_client_data)) {
    return reader.length_encoded_text();
  }
  if (has(capabilities, capability::secure_connection)) {
    return reader.text(reader.u8());
  }
  return reader.text_to_zero();
}

/// The name up to its zero byte, or all there is: mysqld does without the zero, and without the name.
std::string_view read_plugin(ByteReader& reader) {
  return as_text(reader.rest()).find('\0') == std::string_view::npos ? reader.text(reader.remaining())
                                                                     : reader.text_to_zero();
}

Result<void> check_sizes(std::string_view user, std::string_view auth_response, std::string_view database,
                         std::string_view plugin) {
  if (user.size() > user_name_size_max) {
    return fail(ErrorKind::limit, fmt::format("a user name of more than {} bytes", user_name_size_max));
  }
  if (auth_response.size() > auth_response_size_max) {
    return fail(ErrorKind::limit, fmt::format("a login proof of more than {} bytes", auth_response_size_max));
  }
  if (database.size() > database_name_size_max) {
    return fail(ErrorKind::limit, fmt::format("a database name of more than {} bytes", database_name_size_max));
  }
  if (plugin.size() > plugin_name_size_max) {
    return fail(ErrorKind::limit,
                fmt::format("an authentication plugin name of more than {} bytes", plugin_name_size_max));
  }
  return {};
}

}  // namespace

Bytes encode_handshake_response(const HandshakeResponse& response) {
  const Capabilities capabilities = response.capabilities;
  ByteWriter writer = write_front(response);
  writer.text_and_zero(response.user);
  const std::string_view proof = as_text(response.auth_response);
  if (has(capabilities, capability::plugin_auth_lenenc_client_data)) {
    writer.length_encoded_text(proof);
  } else if (has(capabilities, capability::secure_connection)) {
    SLUICE_ASSERT(proof.size() <= 0xFF);
    writer.u8(proof.size()).text(proof);
  } else {
    writer.text_and_zero(proof);
  }
  if (has(capabilities, capability::connect_with_db)) {
    writer.text_and_zero(response.database);
  }
  if (has(capabilities, capability::plugin_auth)) {
    writer.text_and_zero(response.plugin);
  }
  if (has(capabilities, capability::connect_attrs)) {
    write_attributes(writer, response.attributes);
  }
  return std::move(writer).take();
}

Result<HandshakeResponse> decode_handshake_response(ByteView payload) {
  ByteReader reader(payload);
  HandshakeResponse response;
  response.capabilities = reader.u32();
  if (reader.ok() && !has(response.capabilities, capability::protocol_41)) {
    return fail(ErrorKind::unsupported, "the client speaks the protocol of before MySQL 4.1");
  }
  response.max_packet_size = reader.u32();
  response.charset = reader.u8();
  reader.skip(reserved_size);
  const std::string_view user = reader.text_to_zero();
  const std::string_view proof = read_auth_response(reader, response.capabilities, true);
  const std::string_view database =
      has(response.capabilities, capability::connect_with_db) ? reader.text_to_zero() : std::string_view();
  const std::string_view plugin =
      has(response.capabilities, capability::plugin_auth) ? read_plugin(reader) : std::string_view();
  if (!reader.ok()) {
    return malformed("handshake response");
  }
  if (auto sizes = check_sizes(user, proof, database, plugin); !sizes) {
    return std::unexpected(sizes.error());
  }
  response.user = user;
  response.auth_response.assign(proof.begin(), proof.end());
  response.database = database;
  response.plugin = plugin;
  if (has(response.capabilities, capability::connect_attrs)) {
    auto attributes = read_attributes(reader);
    if (!attributes) {
      return std::unexpected(attributes.error());
    }
    response.attributes = std::move(*attributes);
  }
  return response;
}

Bytes encode_ssl_request(const HandshakeResponse& response) {
  ByteWriter writer = write_front(response);
  return std::move(writer).take();
}

bool is_ssl_request(ByteView payload) {
  return payload.size() == ssl_request_size && has(ByteReader(payload).u32(), capability::ssl);
}

Result<ChangeUser> decode_change_user(ByteView payload, Capabilities capabilities) {
  ByteReader reader(payload);
  if (reader.u8() != static_cast<std::uint8_t>(Command::change_user)) {
    return malformed("COM_CHANGE_USER");
  }
  ChangeUser change;
  const std::string_view user = reader.text_to_zero();
  const std::string_view proof = read_auth_response(reader, capabilities, false);
  const std::string_view database = reader.text_to_zero();
  if (reader.remaining() > 0) {
    change.charset = reader.u16();
  }
  const std::string_view plugin = has(capabilities, capability::plugin_auth) ? read_plugin(reader) : std::string_view();
  if (!reader.ok()) {
    return malformed("COM_CHANGE_USER");
  }
  if (auto sizes = check_sizes(user, proof, database, plugin); !sizes) {
    return std::unexpected(sizes.error());
  }
  change.user = user;
  change.auth_response.assign(proof.begin(), proof.end());
  change.database = database;
  change.plugin = plugin;
  if (has(capabilities, capability::connect_attrs)) {
    auto attributes = read_attributes(reader);
    if (!attributes) {
      return std::unexpected(attributes.error());
    }
    change.attributes = std::move(*attributes);
  }
  return change;
}

Bytes encode_change_user(const ChangeUser& change, Capabilities capabilities) {
  ByteWriter writer;
  writer.u8(static_cast<std::uint8_t>(Command::change_user)).text_and_zero(change.user);
  const std::string_view proof = as_text(change.auth_response);
  if (has(capabilities, capability::secure_connection)) {
    SLUICE_ASSERT(proof.size() <= 0xFF);
    writer.u8(proof.size()).text(proof);
  } else {
    writer.text_and_zero(proof);
  }
  writer.text_and_zero(change.database).u16(change.charset);
  if (has(capabilities, capability::plugin_auth)) {
    writer.text_and_zero(change.plugin);
  }
  if (has(capabilities, capability::connect_attrs)) {
    write_attributes(writer, change.attributes);
  }
  return std::move(writer).take();
}

}  // namespace sluice::mysql
