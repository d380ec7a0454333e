#include "mysql/authentication.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/hex.h"

namespace sluice::mysql {
namespace {

Challenge challenge_of(std::string_view hex) {
  Challenge challenge{};
  std::ranges::copy(*from_hex(hex), challenge.begin());
  return challenge;
}

/// The values with which the drivers of other projects check themselves.
const Challenge native_challenge = challenge_of("46725c5e01260b743f7217657e671a5f51111815");
const Challenge sha2_challenge = challenge_of("0a2f4a6f4b492230584c724a250d035052021715");

}  // namespace

TEST(NativePassword, StoredHashIsWhatMySQLShows) {
  EXPECT_EQ(to_hex(native_stored_hash("mypass")), "6c8989366eaf75bb670ad8ea7a7fc1176a95cef4");
}

TEST(NativePassword, ProofOfAKnownPassword) {
  EXPECT_EQ(to_hex(native_proof("secret", native_challenge)), "35b18c9ffbbd7f356dfcac32d3c0f0a41a30cf2d");
}

TEST(NativePassword, OnlyTheRightProofMatches) {
  const Sha1 stored = native_stored_hash("secret");
  EXPECT_TRUE(native_matches(native_proof("secret", native_challenge), native_challenge, stored));
  EXPECT_FALSE(native_matches(native_proof("secret2", native_challenge), native_challenge, stored));
  EXPECT_FALSE(native_matches(native_proof("secret", sha2_challenge), native_challenge, stored));
}

TEST(NativePassword, AProofOfAnotherSizeNeverMatches) {
  const Sha1 stored = native_stored_hash("");
  EXPECT_TRUE(native_proof("", native_challenge).empty());
  EXPECT_FALSE(native_matches({}, native_challenge, stored));
  EXPECT_FALSE(native_matches(Bytes(19), native_challenge, stored));
  EXPECT_FALSE(native_matches(Bytes(21), native_challenge, stored));
}

TEST(CachingSha2Password, ProofOfKnownPasswords) {
  EXPECT_EQ(to_hex(sha2_proof("secret", sha2_challenge)),
            "f490e76f66d9d86665ce54d98c78d0acfe2fb0b08b423da807144873d30b312c");
  EXPECT_EQ(to_hex(sha2_proof("secret2", sha2_challenge)),
            "abc3934a012cf342e876071c8ee202de51785b430258a7a0138bc79c4d800bc6");
}

TEST(CachingSha2Password, OnlyTheRightProofMatches) {
  const Sha256 stored = sha2_stored_hash("secret");
  EXPECT_TRUE(sha2_matches(sha2_proof("secret", sha2_challenge), sha2_challenge, stored));
  EXPECT_FALSE(sha2_matches(sha2_proof("secret2", sha2_challenge), sha2_challenge, stored));
  EXPECT_FALSE(sha2_matches(sha2_proof("secret", native_challenge), sha2_challenge, stored));
}

TEST(CachingSha2Password, AProofOfAnotherSizeNeverMatches) {
  const Sha256 stored = sha2_stored_hash("");
  EXPECT_TRUE(sha2_proof("", sha2_challenge).empty());
  EXPECT_FALSE(sha2_matches({}, sha2_challenge, stored));
  EXPECT_FALSE(sha2_matches(Bytes(20), sha2_challenge, stored));
}

TEST(Challenge, HasOnlyBytesThatCTextCanHold) {
  for (int i = 0; i < 200; ++i) {
    for (const std::uint8_t byte : make_challenge()) {
      EXPECT_TRUE(byte != 0 && byte != '$' && byte < 0x80);
    }
  }
  EXPECT_NE(make_challenge(), make_challenge());
}

}  // namespace sluice::mysql
