#include <algorithm>

#include "manage/management_for_test.h"

namespace sluice::manage {
namespace {

class AccountStatementsTest : public ManagementTest {
 protected:
  metadb::Account account(const std::string& name) {
    const auto all = metadb::list_accounts(*database_);
    EXPECT_TRUE(all) << all.error().message;
    const auto found = std::ranges::find(*all, name, &metadb::Account::name);
    return found == all->end() ? metadb::Account{} : *found;
  }
  /// SELECT PASSWORD('secret')
  static constexpr const char* native_secret = "*14E65567ABDB5135D0CFD9A70B3032C179A49EE7";
};

TEST_F(AccountStatementsTest, ANewAccountIsNoAdministratorAndHasBothHashes) {
  EXPECT_EQ(run("CREATE USER u IDENTIFIED BY 'secret'"), "ok");
  EXPECT_EQ(account("u").tag, "user");
  EXPECT_EQ(account("u").native_hash, native_secret);
  EXPECT_TRUE(account("u").password_hash.starts_with("pbkdf2-sha256$"));
  EXPECT_EQ(changes_, 1);
}

TEST_F(AccountStatementsTest, LogInsGoByAChangeWhenItsStatementReturns) {
  std::size_t taken = 0;
  services_.take_accounts = [&](const std::vector<metadb::Account>& accounts) { taken = accounts.size(); };
  run("CREATE USER u IDENTIFIED BY 'secret'");
  EXPECT_EQ(taken, 3U);
  run("DROP USER u, guest");
  EXPECT_EQ(taken, 1U);
}

TEST_F(AccountStatementsTest, AMethodLeavesItsOwnHashAlone) {
  run("CREATE USER n IDENTIFIED WITH mysql_native_password BY 'secret'");
  EXPECT_EQ(account("n").native_hash, native_secret);
  EXPECT_EQ(account("n").password_hash, "");
  run("CREATE USER s IDENTIFIED WITH caching_sha2_password BY 'secret'");
  EXPECT_EQ(account("s").native_hash, "");
  EXPECT_NE(account("s").password_hash, "");
}

TEST_F(AccountStatementsTest, OneThatIsThereIsRefusedOrAWarning) {
  EXPECT_EQ(run("CREATE USER guest IDENTIFIED BY 'x'"),
            "ERROR 1396 (HY000): Operation CREATE USER failed for 'guest'@'%': it is there already");
  EXPECT_EQ(run("CREATE USER IF NOT EXISTS guest IDENTIFIED BY 'x'"), "ok, 1 warnings");
  EXPECT_EQ(values("SHOW WARNINGS", "Message"), "the account 'guest' is there already");
  EXPECT_EQ(account("guest").native_hash, native_secret) << "the password stays";
}

TEST_F(AccountStatementsTest, NamesThatMeanSomethingElseAreRefused) {
  for (const char* name : {"sluice_admin", "sluice_relay", "sluice_x", "`a@b`", "`a#b`", "`a:b`"})
    EXPECT_TRUE(run(fmt::format("CREATE USER {} IDENTIFIED BY 'x'", name)).starts_with("ERROR 1396 ")) << name;
}

TEST_F(AccountStatementsTest, NoPasswordIsNoPassword) {
  EXPECT_TRUE(run("CREATE USER u IDENTIFIED BY ''").starts_with("ERROR 1236 "));
  EXPECT_EQ(account("u").name, "");
}

TEST_F(AccountStatementsTest, APasswordIsChangedAndTheRoleStays) {
  const std::string before = account("root").password_hash;
  EXPECT_EQ(run("ALTER USER root IDENTIFIED BY 'new'"), "ok");
  EXPECT_EQ(account("root").tag, "admin");
  EXPECT_NE(account("root").native_hash, native_secret);
  EXPECT_EQ(run("SET PASSWORD FOR root = 'secret'"), "ok");
  EXPECT_EQ(account("root").native_hash, native_secret);
}

TEST_F(AccountStatementsTest, AccountsThatAreNotThereAreRefusedOrAWarning) {
  EXPECT_EQ(run("ALTER USER x IDENTIFIED BY 'p'"),
            "ERROR 1396 (HY000): Operation ALTER USER failed for 'x'@'%': there is no such account");
  EXPECT_EQ(run("ALTER USER IF EXISTS x IDENTIFIED BY 'p'"), "ok, 1 warnings");
  EXPECT_EQ(run("SET PASSWORD FOR x = 'p'"),
            "ERROR 1396 (HY000): Operation SET PASSWORD failed for 'x'@'%': there is no such account");
  EXPECT_EQ(run("DROP USER x"), "ERROR 1396 (HY000): Operation DROP USER failed for 'x'@'%': there is no such account");
  EXPECT_EQ(run("DROP USER IF EXISTS x, y"), "ok, 2 warnings");
}

TEST_F(AccountStatementsTest, EverybodyMayChangeTheOwnPassword) {
  EXPECT_EQ(run_as_guest("SET PASSWORD = 'other'"), "ok");
  EXPECT_NE(account("guest").native_hash, native_secret);
  EXPECT_EQ(run_as_guest("SET PASSWORD FOR guest = PASSWORD('secret')"), "ok");
  EXPECT_EQ(account("guest").native_hash, native_secret);
  EXPECT_TRUE(run_as_guest("SET PASSWORD FOR root = 'x'").starts_with("ERROR 1227 "));
  EXPECT_TRUE(run_as_guest("ALTER USER root IDENTIFIED BY 'x'").starts_with("ERROR 1227 "));
}

TEST_F(AccountStatementsTest, WhoHasLoggedInForATenantChangesTheAccount) {
  const auto relayed = session({.connection_id = 9, .user = "guest@t#c", .host = "127.0.0.1"});
  EXPECT_EQ(answers::shown(relayed->execute("SET PASSWORD = 'other'")), "ok");
  EXPECT_NE(account("guest").native_hash, native_secret);
}

TEST_F(AccountStatementsTest, TheLastAdministratorStays) {
  EXPECT_EQ(run("DROP USER guest, root"),
            "ERROR 1396 (HY000): Operation DROP USER failed for 'guest'@'%': nobody would be left to administer the "
            "cluster");
  EXPECT_EQ(account("guest").name, "guest");
  add_account("second", "admin");
  EXPECT_EQ(run("DROP USER root"), "ok");
  EXPECT_EQ(run("DROP USER second"),
            "ERROR 1396 (HY000): Operation DROP USER failed for 'second'@'%': nobody would be left to administer the "
            "cluster");
}

TEST_F(AccountStatementsTest, GrantMakesAnAdministratorAndRevokeLeavesOne) {
  EXPECT_EQ(run("GRANT ALL ON *.* TO guest"), "ok");
  EXPECT_EQ(account("guest").tag, "admin");
  EXPECT_EQ(run("REVOKE ALL ON *.* FROM root"), "ok");
  EXPECT_EQ(account("root").tag, "user");
  EXPECT_TRUE(run("REVOKE ALL ON *.* FROM guest").contains("nobody would be left"));
  EXPECT_TRUE(run("GRANT ALL ON *.* TO nobody").starts_with("ERROR 1396 "));
}

TEST_F(AccountStatementsTest, OfSeveralNoneIsDroppedIfOneIsNotThere) {
  EXPECT_TRUE(run("DROP USER guest, x").starts_with("ERROR 1396 "));
  EXPECT_EQ(account("guest").name, "guest");
  EXPECT_EQ(run("DROP USER IF EXISTS guest, x"), "ok, 1 warnings");
  EXPECT_EQ(account("guest").name, "");
}

TEST_F(AccountStatementsTest, NoAnswerAndNoHistoryHasAPasswordOrAHash) {
  std::string said;
  for (const char* statement :
       {"CREATE USER u IDENTIFIED BY 'hush-hush'", "CREATE USER u IDENTIFIED BY 'hush-hush'",
        "CREATE USER sluice_x IDENTIFIED BY 'hush-hush'", "CREATE USER v IDENTIFIED BY 'hush-hush' oops",
        "SHOW WARNINGS", "ALTER USER u IDENTIFIED BY 'hush-hush'", "SET PASSWORD FOR x = 'hush-hush'",
        "SHOW BINLOG HISTORY", "SHOW USERS"})
    said += run(statement);
  EXPECT_EQ(said.find("hush"), std::string::npos) << said;
  EXPECT_EQ(said.find("pbkdf2"), std::string::npos) << said;
  EXPECT_EQ(said.find(account("u").native_hash), std::string::npos) << said;
}

TEST_F(AccountStatementsTest, WhatWasDoneIsInTheHistory) {
  run("CREATE USER u IDENTIFIED BY 'x'");
  run("ALTER USER u IDENTIFIED BY 'y'");
  run("DROP USER u");
  EXPECT_EQ(values("SHOW BINLOG HISTORY LIMIT 3", "action"), "drop account change password create account");
  EXPECT_EQ(values("SHOW BINLOG HISTORY LIMIT 1", "reason"), "account u");
}

TEST_F(AccountStatementsTest, UsersAreShownByNameToAdministrators) {
  EXPECT_EQ(run("SHOW USERS"),
            "user|role|mysql_native_password|caching_sha2_password: guest|user|Yes|No; root|admin|Yes|No");
  EXPECT_TRUE(run_as_guest("SHOW USERS").starts_with("ERROR 1227 "));
}

}  // namespace
}  // namespace sluice::manage
