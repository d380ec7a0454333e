#include "database/connection_text.h"

#include <gtest/gtest.h>

namespace sluice::database {
namespace {

Options at(MySqlAddress address) {
  return {.address = std::move(address)};
}

TEST(ConnectionTextTest, name_has_no_account) {
  EXPECT_EQ(display_name(at({.host = "::1", .user = "u", .password = "secret"})), "MetaDB [::1]:3306/binlog_database");
  EXPECT_EQ(display_name({.address = SqliteFile{"/var/meta.db"}}), "MetaDB /var/meta.db");
}

TEST(ConnectionTextTest, quotes_end_no_value) {
  const MySqlAddress address{.host = "h", .user = "u", .password = R"(a' db='x\)"};
  const std::string text = connection_string(at(address), address, false);
  EXPECT_NE(text.find(R"(password='a\' db=\'x\\')"), std::string::npos) << text;
}

TEST(ConnectionTextTest, refuses_names_that_need_quoting) {
  EXPECT_FALSE(check(at({.host = "h", .database = "a`b"})));
  EXPECT_FALSE(check(at({.host = "h", .database = ""})));
  EXPECT_FALSE(check({.address = SqliteFile{"a=b"}}));
  EXPECT_TRUE(check(at({.host = "h", .database = "meta_2"})));
}

TEST(ConnectionTextTest, refuses_what_would_wait_for_ever) {
  Options options = at({.host = "h"});
  options.read_limit = std::chrono::seconds(0);
  EXPECT_FALSE(check(options));
}

}  // namespace
}  // namespace sluice::database
