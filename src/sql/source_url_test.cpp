#include "sql/source_url.h"

#include <gtest/gtest.h>

#include "sql/error_code.h"

namespace sluice::sql {
namespace {

/// "mysql a:1 b:2"
std::string read(std::string_view text) {
  const auto url = parse_source_url(text);
  if (!url) return url.error().message;
  EXPECT_EQ(url->text, text);
  std::string result = url->kind == SourceUrl::Kind::mysql     ? "mysql"
                       : url->kind == SourceUrl::Kind::mariadb ? "mariadb"
                                                               : "oceanbase";
  for (const auto& address : url->addresses) {
    result += " " + address.host + ":" + std::to_string(address.port);
  }
  return result;
}

TEST(SourceUrl, ServersInTheirOrder) {
  EXPECT_EQ(read("mysql://db.example:3307"), "mysql db.example:3307");
  EXPECT_EQ(read("MariaDB://b,a_1:65535,192.0.2.7:1/"), "mariadb b:3306 a_1:65535 192.0.2.7:1");
  EXPECT_EQ(read("mysql://[2001:db8::1]:3307,[::1],[fe80::1%eth0]"),
            "mysql 2001:db8::1:3307 ::1:3306 fe80::1%eth0:3306");
}

TEST(SourceUrl, ConfigurationServicesStayAsTheyAre) {
  EXPECT_EQ(read("http://192.0.2.1:8080/services?Action=ObRootServiceInfo&ObRegion=c"), "oceanbase");
  EXPECT_EQ(read("HTTPS://config.example/x"), "oceanbase");
  EXPECT_EQ(read("http://"), "The option [CLUSTER URL] has no host behind http://");
  EXPECT_EQ(read("http:///x"), "The option [CLUSTER URL] has no host behind http://");
}

TEST(SourceUrl, WrongAddressesAreNamed) {
  const std::string at_2 = "The option [CLUSTER URL] is wrong at its address 2: ";
  EXPECT_EQ(read("mysql://a,"), at_2 + "it has no host");
  EXPECT_EQ(read("mysql://a,:3306"), at_2 + "it has no host");
  for (const std::string_view text :
       {"mysql://a,b:0", "mysql://a,b:65536", "mysql://a,b:", "mysql://a,b:1x", "mysql://a,b:-1", "mysql://a,b:+1"}) {
    EXPECT_EQ(read(text), at_2 + "the port of b is a number from 1 to 65535") << text;
  }
  EXPECT_EQ(read("mysql://a,2001:db8::1"), at_2 + "it has more than one \":\"; an IPv6 address stands between [ and ]");
  for (const std::string_view text : {"mysql://a,[x]", "mysql://a,[::1", "mysql://a,[]:1", "mysql://a,[192.0.2.1]"}) {
    EXPECT_EQ(read(text), at_2 + "between [ and ] stands an IPv6 address") << text;
  }
  EXPECT_EQ(read("mysql://a,[::1]3306"), at_2 + "the port of ::1 is a number from 1 to 65535");
  EXPECT_EQ(read("mysql://a:1,a:1"), at_2 + "a port 1 is there twice");
  EXPECT_TRUE(read("mysql://a,b\xC3\xA4").starts_with(at_2 + "a host has letters"));
  EXPECT_TRUE(read("mysql://a," + std::string(254, 'b')).starts_with(at_2 + "a host has letters"));
}

TEST(SourceUrl, WhatIsNoneIsRefused) {
  for (const std::string_view text : {"mysql", "mysql:/a", "postgres://a", "://a", "a:3306", "mysqlx://a"}) {
    EXPECT_TRUE(read(text).starts_with("The option [CLUSTER URL] is none of mysql://")) << text;
  }
  EXPECT_EQ(read(""), "Cluster url cannot be empty");
  for (const std::string_view text : {"mysql://a, b", " mysql://a", "http://a\n", "mysql://a\x01"}) {
    EXPECT_EQ(read(text), "The option [CLUSTER URL] has a space or a control character in it") << text;
  }
  EXPECT_TRUE(read("mysql://a/db").starts_with("The option [CLUSTER URL] names servers only"));
  EXPECT_TRUE(read("mysql://a?ssl=1").starts_with("The option [CLUSTER URL] names servers only"));
  EXPECT_EQ(parse_source_url("x").error().code, error_code::management);
}

TEST(SourceUrl, NoAccountAndNoneInTheMessage) {
  EXPECT_EQ(read("mysql://root:s3@a"),
            "The option [CLUSTER URL] holds no account; say TO USER ... PASSWORD ... instead");
  EXPECT_EQ(read("mysql://root:s3").find("s3"), std::string::npos);
  EXPECT_EQ(read("s3").find("s3"), std::string::npos);
}

TEST(SourceUrl, Limits) {
  std::string many = "mysql://h0";
  for (std::size_t i = 1; i < source_address_count_max; ++i) {
    many += ",h" + std::to_string(i);
  }
  EXPECT_EQ(parse_source_url(many)->addresses.size(), source_address_count_max);
  EXPECT_EQ(read(many + ",x"), "The option [CLUSTER URL] names more than 32 servers");
  EXPECT_EQ(read("http://" + std::string(4089, 'a')), "oceanbase");
  EXPECT_EQ(read("http://" + std::string(4090, 'a')), "The option [CLUSTER URL] is longer than 4096 bytes");
}

}  // namespace
}  // namespace sluice::sql
