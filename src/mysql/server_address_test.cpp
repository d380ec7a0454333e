#include "mysql/server_address.h"

#include <gtest/gtest.h>

namespace sluice::mysql {
namespace {

std::string parsed(std::string_view text) {
  const auto address = parse_server_address(text);
  return address ? address->host + " " + std::to_string(address->port) : "error";
}

}  // namespace

TEST(ServerAddress, NamesAndAddressesWithAndWithoutPort) {
  EXPECT_EQ(parsed("db.example:33060"), "db.example 33060");
  EXPECT_EQ(parsed("db.example"), "db.example 3306");
  EXPECT_EQ(parsed("192.0.2.7:65535"), "192.0.2.7 65535");
  EXPECT_EQ(parsed("[2001:db8::1]:3307"), "2001:db8::1 3307");
  EXPECT_EQ(parsed("[::1]"), "::1 3306");
  EXPECT_EQ(parsed("2001:db8::1"), "2001:db8::1 3306");
}

TEST(ServerAddress, WhatIsNoneIsRefused) {
  for (const std::string_view text :
       {"", ":3306", "a:", "a:0", "a:65536", "a:1x", "a:-1", "[::1", "[::1]3306", "[]:1"}) {
    EXPECT_EQ(parsed(text), "error") << text;
  }
}

}  // namespace sluice::mysql
