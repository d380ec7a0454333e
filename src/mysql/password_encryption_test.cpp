#include "mysql/password_encryption.h"

#include <gtest/gtest.h>

namespace sluice::mysql {
namespace {

/// Made once: it takes long.
const PasswordKey& key() {
  static const PasswordKey made = PasswordKey::make().value();
  return made;
}

}  // namespace

TEST(PasswordEncryption, ComesBackFromThePrivateKey) {
  const Challenge challenge = make_challenge();
  for (const std::string& password : {std::string(), std::string("secret"), std::string(200, 'x')}) {
    const auto encrypted = encrypt_password(password, challenge, key().public_key());
    ASSERT_TRUE(encrypted);
    EXPECT_EQ(encrypted->size(), 256U);
    EXPECT_EQ(key().decrypt_password(*encrypted, challenge), password);
  }
}

TEST(PasswordEncryption, IsWorthNothingWithAnotherChallenge) {
  const auto encrypted = encrypt_password("secret", make_challenge(), key().public_key());
  EXPECT_NE(key().decrypt_password(*encrypted, make_challenge()), "secret");
}

TEST(PasswordEncryption, OtherBytesCannotBeRead) {
  for (const std::size_t size : {0, 1, 255, 256, 257, 4096}) {
    EXPECT_FALSE(key().decrypt_password(Bytes(size, 0x5A), make_challenge()));
  }
}

TEST(PasswordEncryption, APasswordTooLongForTheKeyIsAnError) {
  EXPECT_EQ(encrypt_password(std::string(214, 'x'), make_challenge(), key().public_key()).error().kind,
            ErrorKind::invalid);
}

TEST(PasswordEncryption, WhatIsNoRsaKeyIsAnError) {
  EXPECT_FALSE(encrypt_password("secret", make_challenge(), ""));
  EXPECT_FALSE(
      encrypt_password("secret", make_challenge(), "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"));
  EXPECT_FALSE(PasswordKey::from_private_key(key().public_key()));
}

TEST(PasswordEncryption, TheKeyPairCanBeKept) {
  const auto kept = PasswordKey::from_private_key(key().private_key().value());
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->public_key(), key().public_key());
}

}  // namespace sluice::mysql
