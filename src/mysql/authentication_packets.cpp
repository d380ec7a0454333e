#include "mysql/authentication_packets.h"

#include "base/byte_reader.h"
#include "base/byte_writer.h"

namespace sluice::mysql {

Bytes encode_auth_switch_request(std::string_view plugin, const Challenge& challenge) {
  ByteWriter writer;
  writer.u8(auth_switch_header).text_and_zero(plugin).bytes(challenge).u8(0);
  return std::move(writer).take();
}

Result<AuthSwitchRequest> decode_auth_switch_request(ByteView payload) {
  ByteReader reader(payload);
  if (reader.u8() != auth_switch_header) {
    return fail(ErrorKind::invalid, "malformed AuthSwitchRequest packet");
  }
  if (reader.ok() && reader.remaining() == 0) {
    return fail(ErrorKind::unsupported, "the server wants a password in the form of before MySQL 4.1");
  }
  AuthSwitchRequest request;
  request.plugin = reader.text_to_zero();
  ByteView data = reader.rest();
  if (!reader.ok()) {
    return fail(ErrorKind::invalid, "malformed AuthSwitchRequest packet");
  }
  if (!data.empty() && data.back() == 0) {
    data = data.first(data.size() - 1);
  }
  request.data.assign(data.begin(), data.end());
  return request;
}

Bytes encode_auth_more_data(ByteView data) {
  ByteWriter writer;
  writer.u8(auth_more_data_header).bytes(data);
  return std::move(writer).take();
}

Result<ByteView> decode_auth_more_data(ByteView payload) {
  if (payload.empty() || payload.front() != auth_more_data_header) {
    return fail(ErrorKind::invalid, "malformed AuthMoreData packet");
  }
  return payload.subspan(1);
}

Bytes encode_clear_password(std::string_view password) {
  ByteWriter writer;
  writer.text_and_zero(password);
  return std::move(writer).take();
}

Result<std::string> decode_clear_password(ByteView payload) {
  ByteReader reader(payload);
  std::string password(reader.text_to_zero());
  if (!reader.ok() || reader.remaining() != 0) {
    return fail(ErrorKind::invalid, "malformed password packet");
  }
  return password;
}

}  // namespace sluice::mysql
