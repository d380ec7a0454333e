#include "listen/accounts.h"

#include <gtest/gtest.h>

#include "mysql/authentication.h"

namespace sluice::listen {
namespace {

AccountSettings account(const std::string& name) {
  AccountSettings settings;
  settings.name = name;
  const std::string lines = *account_lines("secret");
  const std::size_t native = lines.find('*');
  settings.native = lines.substr(native, 41);
  const std::size_t slow = lines.find("pbkdf2");
  settings.password_hash = lines.substr(slow, lines.find('"', slow) - slow);
  return settings;
}

TEST(AccountsTest, HashesAreThoseOfMysql) {
  const AccountSettings settings = account("a");
  EXPECT_EQ(settings.native, "*14E65567ABDB5135D0CFD9A70B3032C179A49EE7");  // SELECT PASSWORD('secret')
  EXPECT_NE(settings.password_hash, account("a").password_hash);            // salted
  EXPECT_FALSE(account_lines(""));
}

TEST(AccountsTest, OnlyThoseThatAreSaidToBeAreAdministrators) {
  AccountSettings root = account("root");
  root.admin = true;
  const auto accounts = Accounts::make({account("a"), root});
  ASSERT_TRUE(accounts) << accounts.error().message;
  EXPECT_TRUE((*accounts)->is_admin("root"));
  EXPECT_FALSE((*accounts)->is_admin("a"));
  EXPECT_FALSE((*accounts)->is_admin("nobody"));
  EXPECT_FALSE(Accounts::open_to_all()->is_admin("root"));
}

TEST(AccountsTest, ANameMaySayThisTenant) {
  AccountSettings root = account("root");
  root.admin = true;
  const auto accounts = Accounts::make({root}, "obcluster.mysql");
  ASSERT_TRUE(accounts);
  for (const auto* const name : {"root", "root@mysql", "root@mysql#obcluster", "obcluster:mysql:root"}) {
    EXPECT_TRUE((*accounts)->is_admin(name)) << name;
    EXPECT_TRUE((*accounts)->verify(name, "secret")) << name;
    EXPECT_TRUE((*accounts)->find(name).sha2_hash) << name;
  }
  for (const auto* const name : {"root@other", "root@mysql#other", "other:mysql:root", "@mysql", "mysql"}) {
    EXPECT_FALSE((*accounts)->is_admin(name)) << name;
    EXPECT_FALSE((*accounts)->verify(name, "secret")) << name;
  }
}

TEST(AccountsTest, OnlyAnAccountSaidToRelayDoes) {
  AccountSettings server = account("server");
  server.relay = true;
  const auto accounts = Accounts::make({server, account("a")}, "c.t");
  ASSERT_TRUE(accounts);
  EXPECT_TRUE((*accounts)->is_relay("server"));
  EXPECT_FALSE((*accounts)->is_relay("a"));
  EXPECT_FALSE((*accounts)->is_relay("server@t#c")) << "servers say who they are in full";
}

TEST(AccountsTest, VerifiesAndRemembers) {
  const auto accounts = Accounts::make({account("a")});
  ASSERT_TRUE(accounts) << accounts.error().message;
  const mysql::LoginAccount before = (*accounts)->find("a");
  EXPECT_TRUE(before.native);
  EXPECT_TRUE(before.sha2);
  EXPECT_EQ(before.native_hash, mysql::native_stored_hash("secret"));
  EXPECT_FALSE(before.sha2_hash);
  EXPECT_FALSE((*accounts)->verify("a", "wrong"));
  EXPECT_FALSE((*accounts)->verify("b", "secret"));
  EXPECT_FALSE((*accounts)->find("a").sha2_hash);
  EXPECT_TRUE((*accounts)->verify("a", "secret"));
  EXPECT_EQ((*accounts)->find("a").sha2_hash, mysql::sha2_stored_hash("secret"));
}

TEST(AccountsTest, UnknownUsersLookLikeOthers) {
  AccountSettings native = account("a");
  native.password_hash.clear();
  const auto accounts = Accounts::make({native});
  ASSERT_TRUE(accounts);
  const mysql::LoginAccount nobody = (*accounts)->find("nobody");
  EXPECT_TRUE(nobody.native);
  EXPECT_FALSE(nobody.sha2);
  EXPECT_NE(nobody.native_hash, mysql::native_stored_hash("secret"));
  EXPECT_NE(nobody.native_hash, (*accounts)->find("nobody").native_hash);
  EXPECT_FALSE((*accounts)->verify("a", "secret"));
}

TEST(AccountsTest, RefusesWhatMakesNoSense) {
  const auto message = [](AccountSettings settings) {
    const auto accounts = Accounts::make({std::move(settings)});
    return accounts ? std::string() : accounts.error().message;
  };
  AccountSettings settings = account("a");
  settings.native = settings.native.substr(1);
  EXPECT_NE(message(settings).find("account 'a': native"), std::string::npos);
  for (const char* const text :
       {"pbkdf2-sha256$0$aa$bb", "pbkdf2-sha256$10$aa$bb", "x", "pbkdf2-sha256$$$", "md5$1$2$3"}) {
    settings = account("a");
    settings.password_hash = text;
    EXPECT_NE(message(settings).find("account 'a': password_hash"), std::string::npos) << text;
  }
  settings = account("a");
  settings.native.clear();
  settings.password_hash.clear();
  EXPECT_NE(message(settings).find("neither"), std::string::npos);
  EXPECT_FALSE(Accounts::make({}));
  EXPECT_FALSE(Accounts::make({account("a"), account("a")}));
}

TEST(AccountsTest, LogInCanBeSwitchedOff) {
  const auto accounts = Accounts::open_to_all();
  EXPECT_TRUE(accounts->find("anyone").any_password);
}

}  // namespace
}  // namespace sluice::listen
