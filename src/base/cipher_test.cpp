#include "base/cipher.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

constexpr CipherKey key = {1, 2, 3};

TEST(CipherTest, opens_what_it_sealed) {
  for (const std::string& secret : {std::string(), std::string("pass\0word", 9), std::string(100'000, 'x')}) {
    EXPECT_EQ(unseal(key, "p", seal(key, "p", secret)).value(), secret);
  }
}

TEST(CipherTest, same_secret_looks_different_each_time) {
  EXPECT_NE(seal(key, "p", "secret"), seal(key, "p", "secret"));
}

TEST(CipherTest, other_key_and_other_purpose_do_not_open) {
  const std::string sealed = seal(key, "tenant a.b", "secret");
  EXPECT_EQ(unseal({9}, "tenant a.b", sealed).error().kind, ErrorKind::corrupt);
  EXPECT_EQ(unseal(key, "tenant a.c", sealed).error().kind, ErrorKind::corrupt);
}

TEST(CipherTest, every_changed_digit_is_noticed) {
  const std::string sealed = seal(key, "p", "secret");
  for (std::size_t at = 3; at < sealed.size(); ++at) {
    std::string changed = sealed;
    changed[at] = changed[at] == '0' ? '1' : '0';
    EXPECT_FALSE(unseal(key, "p", changed)) << at;
  }
}

TEST(CipherTest, cut_and_foreign_text_is_refused) {
  const std::string sealed = seal(key, "p", "");
  EXPECT_EQ(unseal(key, "p", sealed.substr(0, sealed.size() - 2)).error().kind, ErrorKind::invalid);
  EXPECT_EQ(unseal(key, "p", "").error().kind, ErrorKind::invalid);
  EXPECT_EQ(unseal(key, "p", "v1$zz").error().kind, ErrorKind::invalid);
  EXPECT_EQ(unseal(key, "p", "v2$00").error().kind, ErrorKind::unsupported);
}

}  // namespace
}  // namespace sluice
