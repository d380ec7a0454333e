#include "listen/changing_accounts.h"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "listen/account_changes.h"

namespace sluice::listen {
namespace {

AccountSettings account(const std::string& name, const std::string& password) {
  AccountSettings settings;
  settings.name = name;
  const std::string lines = *account_lines(password);
  const std::size_t slow = lines.find("pbkdf2");
  settings.password_hash = lines.substr(slow, lines.find('"', slow) - slow);
  return settings;
}

std::shared_ptr<Accounts> make(const std::vector<AccountSettings>& settings) {
  return std::move(*Accounts::make(settings, "c.t"));
}

TEST(ChangingAccounts, NewOnesAreThereAndRemovedOnesAreNot) {
  ChangingAccounts accounts(make({account("a", "1"), account("b", "2")}));
  const auto before = accounts.change(make({account("b", "2"), account("c", "3")}));
  EXPECT_TRUE(before->is_known("a"));
  EXPECT_FALSE(accounts.is_known("a"));
  EXPECT_FALSE(accounts.verify("a", "1"));
  EXPECT_TRUE(accounts.is_known("c@t#c")) << "the tenant in the name";
  EXPECT_TRUE(accounts.verify("c", "3"));
}

TEST(ChangingAccounts, WhatWasLearntIsKeptForTheSamePasswordOnly) {
  AccountSettings same = account("same", "1");
  const AccountSettings changed = account("changed", "2");
  ChangingAccounts accounts(make({same, changed}));
  ASSERT_TRUE(accounts.verify("same", "1"));
  ASSERT_TRUE(accounts.verify("changed", "2"));
  same.admin = true;  // no matter for the password
  accounts.change(make({same, account("changed", "3")}));
  EXPECT_TRUE(accounts.find("same").sha2_hash);
  EXPECT_TRUE(accounts.is_admin("same"));
  EXPECT_FALSE(accounts.find("changed").sha2_hash);
  EXPECT_FALSE(accounts.verify("changed", "2"));
}

TEST(ChangingAccounts, APasswordThatIsTakenAwayIsNotLearntFromBefore) {
  AccountSettings settings = account("a", "1");
  ChangingAccounts accounts(make({settings}));
  ASSERT_TRUE(accounts.verify("a", "1"));
  settings.password_hash.clear();
  settings.native = "*" + std::string(40, 'A');
  accounts.change(make({settings}));
  EXPECT_FALSE(accounts.find("a").sha2_hash);
  EXPECT_FALSE(accounts.find("a").sha2);
}

TEST(ChangingAccounts, UnknownUsersLookAsBefore) {
  const std::vector<AccountSettings> settings{account("a", "1"), account("b", "2")};
  auto with_native = settings;
  with_native[1].native = "*" + std::string(40, 'A');
  ChangingAccounts accounts(make(with_native));
  for (int i = 0; i < 20; ++i) {
    const std::string nobody = "nobody" + std::to_string(i);
    const bool native = accounts.find(nobody).native;
    accounts.change(make(with_native));
    EXPECT_EQ(accounts.find(nobody).native, native) << nobody;
  }
}

TEST(ChangingAccounts, AnyThreadMayLogInMeanwhile) {
  const std::vector<AccountSettings> settings{account("a", "1")};
  ChangingAccounts accounts(make(settings));
  std::atomic<bool> over{false};
  std::thread client([&] {
    while (!over) {
      EXPECT_TRUE(accounts.find("a").sha2);
      EXPECT_FALSE(accounts.is_admin("a"));
    }
  });
  for (int i = 0; i < 1000; ++i)
    accounts.change(make(settings));
  over = true;
  client.join();
}

TEST(AccountChanges, AreFoundByNameAndTold) {
  const AccountSettings kept = account("kept", "1");
  AccountSettings changed = account("changed", "1");
  const std::vector<AccountSettings> before{kept, changed, account("gone", "1")};
  changed.admin = true;
  const AccountChanges changes = compare_accounts(before, {account("new", "1"), changed, kept});
  EXPECT_EQ(describe(changes), "1 added ('new'), 1 removed ('gone'), 1 changed ('changed')");
  EXPECT_EQ(describe(compare_accounts(before, before)), "none added, none removed, none changed");
}

TEST(AccountChanges, OfManyTheFirstAreNamed) {
  AccountChanges changes;
  for (int i = 0; i < 11; ++i)
    changes.added.push_back(std::to_string(i));
  EXPECT_EQ(describe(changes),
            "11 added ('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', ...), none removed, none changed");
}

}  // namespace
}  // namespace sluice::listen
