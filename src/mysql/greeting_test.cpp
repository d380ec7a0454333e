#include "mysql/greeting.h"

#include <gtest/gtest.h>

#include "base/hex.h"
#include "mysql/authentication.h"
#include "mysql/prefixes_for_test.h"

namespace sluice::mysql {
namespace {

Greeting sample() {
  Greeting greeting;
  greeting.server_version = "8.0.36-sluice";
  greeting.connection_id = 0x01020304;
  greeting.challenge = make_challenge();
  greeting.capabilities = capability::protocol_41 | capability::secure_connection | capability::plugin_auth |
                          capability::ssl | capability::session_track;
  greeting.charset = 45;
  greeting.status = status_flag::autocommit;
  greeting.plugin = plugin::caching_sha2_password;
  return greeting;
}

}  // namespace

TEST(Greeting, RoundTrips) {
  const Greeting sent = sample();
  const auto got = decode_greeting(encode_greeting(sent));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->server_version, sent.server_version);
  EXPECT_EQ(got->connection_id, sent.connection_id);
  EXPECT_EQ(got->challenge, sent.challenge);
  EXPECT_EQ(got->capabilities, sent.capabilities);
  EXPECT_EQ(got->charset, sent.charset);
  EXPECT_EQ(got->status, sent.status);
  EXPECT_EQ(got->plugin, sent.plugin);
}

TEST(Greeting, CutShortFailsUpToThePlugin) {
  const Bytes whole = encode_greeting(sample());
  const std::size_t plugin_at = whole.size() - sample().plugin.size() - 1;
  for_each_prefix(whole, [&](ByteView prefix) {
    const auto got = decode_greeting(prefix);
    EXPECT_EQ(got.has_value(), prefix.size() >= plugin_at);
  });
}

TEST(Greeting, OldServersAreUnsupported) {
  Bytes version_nine = encode_greeting(sample());
  version_nine[0] = 9;
  EXPECT_EQ(decode_greeting(version_nine).error().kind, ErrorKind::unsupported);
  Greeting old = sample();
  old.capabilities = capability::protocol_41;
  EXPECT_EQ(decode_greeting(encode_greeting(old)).error().kind, ErrorKind::unsupported);
}

TEST(Greeting, WithoutPluginsTheNameIsEmpty) {
  Greeting greeting = sample();
  greeting.capabilities &= ~capability::plugin_auth;
  EXPECT_EQ(decode_greeting(encode_greeting(greeting))->plugin, "");
}

}  // namespace sluice::mysql
