#include "server/cluster_link.h"

#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "database/private_server.h"
#include "metadb/meta_db.h"
#include "metadb/tenants.h"

namespace sluice::server {
namespace {

class ClusterLinkTest : public testing::Test {
 protected:
  ClusterLinkTest() {
    std::string name = (std::filesystem::temp_directory_path() / "cluster_link_XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    options_.address = metadb::SqliteFile{folder_ / "meta.db"};
  }
  ~ClusterLinkTest() override { std::filesystem::remove_all(folder_); }

  ClusterLink link(const std::string& id, const std::string& administrator = "root") {
    ClusterLink::Settings settings;
    settings.metadb = options_;
    settings.identity.id = id;
    settings.identity.address = "10.0.0." + id.substr(1);
    settings.identity.port = 2983;
    settings.totals = &totals_;
    if (!administrator.empty()) settings.administrator = account(administrator, "admin");
    return ClusterLink(std::move(settings));
  }
  static metadb::Account account(const std::string& name, const std::string& tag) {
    return {.name = name, .native_hash = "*14E65567ABDB5135D0CFD9A70B3032C179A49EE7", .password_hash = "", .tag = tag};
  }
  static Result<ClusterNews> look(ClusterLink& link) { return link.look("{}", {}); }
  /// The names of the accounts, if they are news.
  static std::string accounts(const Result<ClusterNews>& news) {
    if (!news) return news.error().message;
    if (!news->accounts) return "no news";
    std::string text;
    for (const metadb::Account& one : *news->accounts)
      text += (text.empty() ? "" : " ") + one.name + ":" + one.tag;
    return text;
  }
  metadb::MetaDb open() {
    auto opened = metadb::MetaDb::open(options_);
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(*opened);
  }
  void make_tenant() {
    metadb::MetaDb database = open();
    const metadb::NewInstance instance{.name = "i", .server = "s1"};
    const auto made = metadb::create_tenant(database, {"c", "t"}, {}, {&instance, 1}, {"test", "a test", "to see"});
    ASSERT_TRUE(made) << made.error().message;
  }

  std::filesystem::path folder_;
  metadb::Options options_;
  metrics::ServerTotals totals_;
};

TEST_F(ClusterLinkTest, TheFirstLookMakesTheAdministratorAndTellsEverything) {
  ClusterLink one = link("s1");
  const auto news = look(one);
  EXPECT_EQ(accounts(news), "root:admin");
  ASSERT_TRUE(news->instances);
  EXPECT_TRUE(news->instances->empty());
}

TEST_F(ClusterLinkTest, WhatHasNotChangedIsNoNews) {
  ClusterLink one = link("s1");
  ASSERT_TRUE(look(one));
  const auto news = look(one);
  EXPECT_EQ(accounts(news), "no news");
  EXPECT_FALSE(news->instances);
  EXPECT_FALSE(news->instances_changed);
  one.forget();
  EXPECT_EQ(accounts(look(one)), "root:admin");
}

TEST_F(ClusterLinkTest, EachChangeIsNewsOnce) {
  ClusterLink one = link("s1");
  ASSERT_TRUE(look(one));
  metadb::MetaDb database = open();
  ASSERT_TRUE(metadb::create_account(database, account("guest", "user")));
  auto news = look(one);
  EXPECT_EQ(accounts(news), "guest:user root:admin");
  EXPECT_FALSE(news->instances);
  make_tenant();
  news = look(one);
  EXPECT_EQ(accounts(news), "no news");
  ASSERT_TRUE(news->instances);
  EXPECT_EQ(news->instances->size(), 1U);
  EXPECT_FALSE(look(one)->instances);
}

TEST_F(ClusterLinkTest, TheAdministratorIsMadeOnce) {
  {
    ClusterLink one = link("s1");
    ASSERT_TRUE(look(one));
  }
  ClusterLink again = link("s1", "another");
  EXPECT_EQ(accounts(look(again)), "root:admin");
}

TEST_F(ClusterLinkTest, WithoutAnAdministratorItGoesOnAndNobodyIsKnown) {
  ClusterLink one = link("s1", "");
  EXPECT_EQ(accounts(look(one)), "");
}

TEST_F(ClusterLinkTest, ASecondServerOnAFileIsRefusedAndToldWhy) {
  ClusterLink one = link("s1");
  ClusterLink two = link("s2");
  ASSERT_TRUE(look(one));
  const auto refused = look(two);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::refused);
  EXPECT_NE(refused.error().message.find("an SQLite file serves a cluster of one server, and server s1"),
            std::string::npos)
      << refused.error().message;
  EXPECT_TRUE(look(one)) << "the first goes on";
}

TEST_F(ClusterLinkTest, AServerThatWasRemovedJoinsAnew) {
  ClusterLink one = link("s1");
  ASSERT_TRUE(look(one));
  metadb::MetaDb database = open();
  ASSERT_TRUE(metadb::remove_server(database, "s1"));
  EXPECT_FALSE(look(one));
  EXPECT_EQ(accounts(look(one)), "root:admin");
}

TEST_F(ClusterLinkTest, AFileThatCannotBeMadeIsTriedAgain) {
  options_.address = metadb::SqliteFile{folder_ / "later" / "meta.db"};
  ClusterLink one = link("s1");
  EXPECT_FALSE(look(one));
  std::filesystem::create_directories(folder_ / "later");
  EXPECT_EQ(accounts(look(one)), "root:admin");
}

TEST_F(ClusterLinkTest, HistoryThatCannotBeTrimmedHoldsNoNewsBack) {
  metadb::MetaDb database = open();
  ASSERT_TRUE(metadb::migrate(database));
  ASSERT_TRUE(database.write("DROP TABLE history"));
  ClusterLink one = link("s1");
  EXPECT_EQ(accounts(look(one)), "root:admin");
}

TEST_F(ClusterLinkTest, AMetaDbThatGoesAwayIsUsedAgainWhenItIsBack) {
  database::PrivateServer& server = database::PrivateServer::instance(database::Kind::mariadb);
  if (!server.unavailable().empty()) GTEST_SKIP() << "NOT TESTED: " << server.unavailable();
  options_ = server.fresh_database();
  ClusterLink one = link("s1");
  EXPECT_EQ(accounts(look(one)), "root:admin");
  server.freeze(true);
  const auto away = look(one);
  server.freeze(false);
  EXPECT_FALSE(away);
  const auto back = look(one);
  EXPECT_TRUE(back) << back.error().message;
  server.kill_and_restart();
  (void)look(one);  // the lost connection may be told
  metadb::MetaDb database = open();
  ASSERT_TRUE(metadb::create_account(database, account("guest", "user")));
  EXPECT_EQ(accounts(look(one)), "guest:user root:admin");
}

TEST_F(ClusterLinkTest, TwoServersShareARealMetaDb) {
  database::PrivateServer& server = database::PrivateServer::instance(database::Kind::mariadb);
  if (!server.unavailable().empty()) GTEST_SKIP() << "NOT TESTED: " << server.unavailable();
  options_ = server.fresh_database();
  ClusterLink one = link("s1");
  ClusterLink two = link("s2", "another");
  EXPECT_EQ(accounts(look(one)), "root:admin");
  EXPECT_EQ(accounts(look(two)), "root:admin");
  make_tenant();
  EXPECT_EQ(look(one)->instances->size(), 1U);
  EXPECT_TRUE(look(two)->instances->empty()) << "only its own";
}

}  // namespace
}  // namespace sluice::server
