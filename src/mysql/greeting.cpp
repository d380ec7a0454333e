#include "mysql/greeting.h"

#include <algorithm>

#include "base/byte_reader.h"
#include "base/byte_writer.h"

namespace sluice::mysql {
namespace {

constexpr std::uint8_t protocol_version = 10;
/// The challenge travels in two parts, for clients of before MySQL 4.1, which end the packet behind the first.
constexpr std::size_t challenge_first_part = 8;
constexpr std::size_t reserved_size = 10;

}  // namespace

Bytes encode_greeting(const Greeting& greeting) {
  const ByteView challenge(greeting.challenge);
  ByteWriter writer;
  writer.u8(protocol_version).text_and_zero(greeting.server_version).u32(greeting.connection_id);
  writer.bytes(challenge.first(challenge_first_part)).u8(0);
  writer.u16(greeting.capabilities & 0xFFFFU).u8(greeting.charset).u16(greeting.status);
  writer.u16(greeting.capabilities >> 16U).u8(challenge_size + 1).zeros(reserved_size);
  writer.bytes(challenge.subspan(challenge_first_part)).u8(0);
  writer.text_and_zero(greeting.plugin);
  return std::move(writer).take();
}

Result<Greeting> decode_greeting(ByteView payload) {
  ByteReader reader(payload);
  Greeting greeting;
  if (reader.u8() != protocol_version && reader.ok()) {
    return fail(ErrorKind::unsupported, "not a MySQL server, or one before 4.1: its protocol version is not 10");
  }
  greeting.server_version = reader.text_to_zero();
  greeting.connection_id = reader.u32();
  const ByteView first = reader.bytes(challenge_first_part);
  reader.skip(1);
  greeting.capabilities = reader.u16();
  greeting.charset = reader.u8();
  greeting.status = reader.u16();
  greeting.capabilities |= static_cast<Capabilities>(reader.u16()) << 16U;
  reader.skip(1 + reserved_size);
  if (!reader.ok()) {
    return fail(ErrorKind::invalid, "malformed greeting packet");
  }
  constexpr Capabilities needed = capability::protocol_41 | capability::secure_connection;
  if ((greeting.capabilities & needed) != needed) {
    return fail(ErrorKind::unsupported, "the server does not know the protocol of MySQL 4.1 with secure passwords");
  }
  const ByteView second = reader.bytes(challenge_size - challenge_first_part);
  reader.skip(1);
  if (!reader.ok()) {
    return fail(ErrorKind::invalid, "malformed greeting packet");
  }
  std::ranges::copy(second, std::ranges::copy(first, greeting.challenge.begin()).out);
  if ((greeting.capabilities & capability::plugin_auth) != 0) {
    // Some MySQL 5.5 leave out the zero byte behind the name (bug 59453).
    const std::string_view rest = as_text(reader.rest());
    greeting.plugin = rest.substr(0, rest.find('\0'));
  }
  return greeting;
}

}  // namespace sluice::mysql
