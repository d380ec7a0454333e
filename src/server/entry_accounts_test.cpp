#include "server/entry_accounts.h"

#include <gtest/gtest.h>

namespace sluice::server {
namespace {

std::shared_ptr<listen::Accounts> accounts(const std::string& name, bool admin) {
  listen::AccountSettings settings;
  settings.name = name;
  const auto hashes = listen::hash_password("secret");
  settings.native = hashes->native;
  settings.password_hash = hashes->password_hash;
  settings.admin = admin;
  return std::move(*listen::Accounts::make({settings}));
}

TEST(EntryAccounts, ANameMaySayAnyTenant) {
  EntryAccounts entry(accounts("root", true));
  for (const char* name : {"root", "root@t", "root@t#c", "root@other#c", "c:t:root"}) {
    EXPECT_TRUE(entry.is_known(name)) << name;
    EXPECT_TRUE(entry.is_admin(name)) << name;
    EXPECT_TRUE(entry.find(name).native) << name;
    EXPECT_TRUE(entry.verify(name, "secret")) << name;
    EXPECT_FALSE(entry.verify(name, "wrong")) << name;
  }
}

TEST(EntryAccounts, ATenantIsNoAccount) {
  EntryAccounts entry(accounts("root", true));
  for (const char* name : {"", "t", "@root", "x@root", "root:t:x", "#root"}) {
    EXPECT_FALSE(entry.is_known(name)) << name;
    EXPECT_FALSE(entry.is_admin(name)) << name;
  }
}

TEST(EntryAccounts, AfterAChangeTheOthersAreKnown) {
  EntryAccounts entry(accounts("root", true));
  entry.change(accounts("other", false));
  EXPECT_FALSE(entry.is_known("root@t#c"));
  EXPECT_TRUE(entry.is_known("other@t#c"));
  EXPECT_FALSE(entry.is_admin("other"));
}

}  // namespace
}  // namespace sluice::server
