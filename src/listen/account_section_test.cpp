#include "listen/account_section.h"

#include <gtest/gtest.h>

namespace sluice::listen {
namespace {

using configuration::List;
using configuration::Section;
using Texts = std::vector<std::string>;

TEST(AccountSection, AllKeysAreTaken) {
  Section section({{{"name", "a"}, {"native", "n"}, {"password_hash", "p"}, {"admin", true}, {"relay", true}}},
                  "account");
  AccountSettings account;
  read_account(section, account);
  EXPECT_EQ(account, (AccountSettings{"a", "n", "p", false, true, true}));
  EXPECT_EQ(section.finish(), Texts());
}

TEST(AccountSection, ALogInOnlyHasNoPrivileges) {
  Section section({{{"name", "a"}, {"admin", true}}}, "administrator");
  AccountSettings account;
  read_account_login(section, account);
  EXPECT_EQ(section.finish(), Texts{"administrator.admin is not a known key"});
}

TEST(AccountSection, TrustedAddressesAreAdded) {
  Section section({{{"trusted", List{"192.0.2.7", "10.1.0.0/16"}}}}, "listen");
  mysql::AddressRanges ranges;
  read_trusted(section, ranges);
  EXPECT_TRUE(ranges.contains("10.1.2.3"));
  EXPECT_EQ(section.finish(), Texts());
}

TEST(AccountSection, WhatIsNoAddressIsToldAndSoIsWhatIsNoList) {
  mysql::AddressRanges ranges;
  for (const configuration::Value& value :
       std::initializer_list<configuration::Value>{List{"x"}, List(257, "192.0.2.7"), "192.0.2.7"}) {
    Section section({{{"trusted", value}}}, "listen");
    read_trusted(section, ranges);
    const Texts problems = section.finish();
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_TRUE(problems[0].starts_with("listen.trusted ")) << problems[0];
  }
  Section none({}, "listen");
  read_trusted(none, ranges);
  EXPECT_EQ(none.finish(), Texts());
}

}  // namespace
}  // namespace sluice::listen
