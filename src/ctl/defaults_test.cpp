#include "ctl/defaults.h"

#include <gtest/gtest.h>

namespace sluice::ctl {
namespace {

TEST(Defaults, AllKeys) {
  const auto defaults =
      parse_defaults("host = \"h\"\nport = 2984\nuser = \"u\"\npassword_file = \"/p\"", "/etc/sluicectl.toml");
  ASSERT_TRUE(defaults);
  EXPECT_EQ(defaults->host, "h");
  EXPECT_EQ(defaults->port, 2984);
  EXPECT_EQ(defaults->user, "u");
  EXPECT_EQ(defaults->password_file, "/p");
}

TEST(Defaults, ARelativePasswordFileLiesBesideThem) {
  EXPECT_EQ(parse_defaults("password_file = \"secret\"", "/etc/sluice/d.toml")->password_file, "/etc/sluice/secret");
  EXPECT_EQ(parse_defaults("password_file = \"secret\"", "d.toml")->password_file, "secret");
}

TEST(Defaults, NothingIsNothing) {
  const auto defaults = parse_defaults("", "d.toml");
  ASSERT_TRUE(defaults);
  EXPECT_FALSE(defaults->host || defaults->port || defaults->user || defaults->password_file);
}

TEST(Defaults, AllProblemsAreToldAtOnce) {
  const auto defaults = parse_defaults("host = 1\nport = 70000\nuser = \"\"\nhots = \"x\"", "d.toml");
  ASSERT_FALSE(defaults);
  EXPECT_EQ(defaults.error().exit_code, exit_usage);
  for (const auto* const part : {"d.toml", "host has", "port has", "user has", "hots is not a known key"}) {
    EXPECT_NE(defaults.error().message.find(part), std::string::npos) << part;
  }
}

TEST(Defaults, APasswordIsRefusedAndNotShown) {
  for (const auto* const text : {"password = \"s3cret\"", "password = s3cret"}) {
    const auto defaults = parse_defaults(text, "d.toml");
    ASSERT_FALSE(defaults);
    EXPECT_EQ(defaults.error().message.find("s3cret"), std::string::npos);
  }
}

}  // namespace
}  // namespace sluice::ctl
