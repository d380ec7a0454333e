#include "mysql/handshake_response.h"

#include <gtest/gtest.h>

#include "base/byte_writer.h"
#include "mysql/prefixes_for_test.h"

namespace sluice::mysql {
namespace {

constexpr Capabilities base = capability::protocol_41;
constexpr Capabilities all = base | capability::secure_connection | capability::connect_with_db |
                             capability::plugin_auth | capability::connect_attrs;

HandshakeResponse sample(Capabilities capabilities) {
  HandshakeResponse response;
  response.capabilities = capabilities;
  response.max_packet_size = 1U << 24U;
  response.charset = 45;
  response.user = "user@tenant#cluster";
  response.auth_response = Bytes(20, 0x77);
  response.database = "d1";
  response.plugin = "mysql_native_password";
  response.attributes = {{"program_name", "test"}, {"_os", ""}, {"long", std::string(300, 'x')}};
  return response;
}

void expect_round_trip(Capabilities capabilities) {
  const HandshakeResponse sent = sample(capabilities);
  const auto got = decode_handshake_response(encode_handshake_response(sent));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->capabilities, capabilities);
  EXPECT_EQ(got->max_packet_size, sent.max_packet_size);
  EXPECT_EQ(got->charset, sent.charset);
  EXPECT_EQ(got->user, sent.user);
  EXPECT_EQ(got->auth_response, sent.auth_response);
  EXPECT_EQ(got->database, (capabilities & capability::connect_with_db) != 0 ? sent.database : "");
  EXPECT_EQ(got->plugin, (capabilities & capability::plugin_auth) != 0 ? sent.plugin : "");
  EXPECT_EQ(got->attributes.size(), (capabilities & capability::connect_attrs) != 0 ? 3U : 0U);
}

/// Everything up to the attributes, which the test writes.
Bytes with_attributes(const Bytes& attributes) {
  HandshakeResponse response = sample(all & ~capability::connect_attrs);
  Bytes payload = encode_handshake_response(response);
  store_little_endian(payload.data(), all, 4);
  payload.insert(payload.end(), attributes.begin(), attributes.end());
  return payload;
}

}  // namespace

TEST(HandshakeResponse, RoundTripsInAllForms) {
  for (const Capabilities proof :
       {Capabilities{0}, capability::secure_connection, capability::plugin_auth_lenenc_client_data}) {
    for (const Capabilities rest : {Capabilities{0}, capability::connect_with_db, capability::plugin_auth,
                                    capability::connect_attrs, all & ~capability::secure_connection}) {
      expect_round_trip(base | proof | rest);
    }
  }
}

TEST(HandshakeResponse, ALongProofNeedsTheLengthEncodedForm) {
  HandshakeResponse response = sample(all | capability::plugin_auth_lenenc_client_data);
  response.auth_response = Bytes(1000, 0x77);
  EXPECT_EQ(decode_handshake_response(encode_handshake_response(response))->auth_response.size(), 1000U);
}

TEST(HandshakeResponse, CutShortNeverCrashes) {
  const Bytes whole = encode_handshake_response(sample(all));
  std::size_t accepted = 0;
  for_each_prefix(whole, [&](ByteView prefix) { accepted += decode_handshake_response(prefix).has_value() ? 1 : 0; });
  // Only where the plugin's name or the attributes are missing or the name lacks its zero.
  EXPECT_EQ(accepted, sample(all).plugin.size() + 2);
}

TEST(HandshakeResponse, AttributesOfNoPairsAreFine) {
  EXPECT_TRUE(decode_handshake_response(with_attributes({0}))->attributes.empty());
}

TEST(HandshakeResponse, BrokenAttributesAreInvalid) {
  EXPECT_FALSE(decode_handshake_response(with_attributes({5, 1, 'a'})));
  EXPECT_FALSE(decode_handshake_response(with_attributes({2, 1, 'a'})));
  EXPECT_FALSE(decode_handshake_response(with_attributes({3, 1, 'a', 200})));
  EXPECT_FALSE(decode_handshake_response(with_attributes({0xFB})));
}

TEST(HandshakeResponse, TooManyOrTooLargeAttributesAreAboveTheLimit) {
  HandshakeResponse response = sample(all);
  response.attributes = {{"a", std::string(connection_attributes_size_max, 'x')}};
  EXPECT_EQ(decode_handshake_response(encode_handshake_response(response)).error().kind, ErrorKind::limit);
  response.attributes.clear();
  for (std::size_t i = 0; i <= connection_attributes_max; ++i) {
    response.attributes.emplace(std::to_string(i), "");
  }
  EXPECT_EQ(decode_handshake_response(encode_handshake_response(response)).error().kind, ErrorKind::limit);
}

TEST(HandshakeResponse, LongNamesAreAboveTheLimit) {
  HandshakeResponse response = sample(all);
  response.user = std::string(user_name_size_max + 1, 'u');
  EXPECT_EQ(decode_handshake_response(encode_handshake_response(response)).error().kind, ErrorKind::limit);
  response = sample(all);
  response.database = std::string(database_name_size_max + 1, 'u');
  EXPECT_EQ(decode_handshake_response(encode_handshake_response(response)).error().kind, ErrorKind::limit);
}

TEST(HandshakeResponse, AnOldClientIsUnsupported) {
  Bytes payload = encode_handshake_response(sample(all));
  store_little_endian(payload.data(), capability::long_password, 2);
  EXPECT_EQ(decode_handshake_response(payload).error().kind, ErrorKind::unsupported);
}

TEST(SslRequest, IsTheFrontOfTheResponse) {
  const HandshakeResponse response = sample(all | capability::ssl);
  const Bytes request = encode_ssl_request(response);
  EXPECT_EQ(request.size(), 32U);
  EXPECT_TRUE(is_ssl_request(request));
  EXPECT_FALSE(is_ssl_request(encode_handshake_response(response)));
  EXPECT_FALSE(is_ssl_request(encode_ssl_request(sample(all))));
}

TEST(ChangeUser, RoundTrips) {
  const ChangeUser sent{"u", Bytes(20, 1), "d1", 45, "caching_sha2_password", {{"a", "b"}}};
  const auto got = decode_change_user(encode_change_user(sent, all), all);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->user, sent.user);
  EXPECT_EQ(got->auth_response, sent.auth_response);
  EXPECT_EQ(got->database, sent.database);
  EXPECT_EQ(got->charset, sent.charset);
  EXPECT_EQ(got->plugin, sent.plugin);
  EXPECT_EQ(got->attributes, sent.attributes);
}

TEST(ChangeUser, MayEndBehindTheDatabase) {
  const auto got = decode_change_user(Bytes{17, 'u', 0, 0, 0}, all);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->user, "u");
  EXPECT_EQ(got->charset, 0);
}

TEST(ChangeUser, CutShortNeverCrashes) {
  const Bytes whole = encode_change_user({"u", Bytes(20, 1), "d1", 45, "plugin", {{"a", "b"}}}, all);
  for_each_prefix(whole, [&](ByteView prefix) { EXPECT_TRUE(!decode_change_user(prefix, all) || prefix.size() > 26); });
}

}  // namespace sluice::mysql
