#include "mysql/authentication_packets.h"

#include <gtest/gtest.h>

#include "mysql/prefixes_for_test.h"

namespace sluice::mysql {

TEST(AuthSwitchRequest, RoundTrips) {
  const Challenge challenge = make_challenge();
  const auto request = decode_auth_switch_request(encode_auth_switch_request("some_plugin", challenge));
  ASSERT_TRUE(request);
  EXPECT_EQ(request->plugin, "some_plugin");
  EXPECT_EQ(request->data, Bytes(challenge.begin(), challenge.end()));
}

TEST(AuthSwitchRequest, CutShortHasLessDataOrFails) {
  const Bytes whole = encode_auth_switch_request("some_plugin", make_challenge());
  for_each_prefix(whole, [&](ByteView prefix) {
    const auto request = decode_auth_switch_request(prefix);
    EXPECT_TRUE(!request || request->data.size() <= challenge_size);
  });
}

TEST(AuthSwitchRequest, ALoneByteAsksForTheOldPassword) {
  EXPECT_EQ(decode_auth_switch_request(Bytes{0xFE}).error().kind, ErrorKind::unsupported);
}

TEST(AuthMoreData, RoundTripsAlsoWhenEmpty) {
  EXPECT_EQ(encode_auth_more_data(Bytes{sha2_fast_login_ok}), (Bytes{1, 3}));
  EXPECT_EQ(decode_auth_more_data(Bytes{1, 4})->front(), sha2_full_login_needed);
  EXPECT_TRUE(decode_auth_more_data(Bytes{1})->empty());
  EXPECT_FALSE(decode_auth_more_data(Bytes{}));
}

TEST(ClearPassword, EndsWithItsOnlyZero) {
  EXPECT_EQ(encode_clear_password("abc"), (Bytes{'a', 'b', 'c', 0}));
  EXPECT_EQ(decode_clear_password(Bytes{'a', 'b', 'c', 0}), "abc");
  EXPECT_FALSE(decode_clear_password(Bytes{'a', 'b', 'c'}));
  EXPECT_FALSE(decode_clear_password(Bytes{'a', 0, 'c', 0}));
  EXPECT_FALSE(decode_clear_password(Bytes{}));
}

}  // namespace sluice::mysql
