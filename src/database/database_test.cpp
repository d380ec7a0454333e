#include "database/database.h"

#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "database/database_for_test.h"
#include "database/failure.h"
#include "database/silent_server_for_test.h"

namespace sluice::database {
namespace {

class AccessTest : public DatabaseTest {
 protected:
  [[nodiscard]] Database with_table() const {
    Database database = open();
    counted(database.write("CREATE TABLE t (k {name} NOT NULL PRIMARY KEY, n {number}, v {text}) {table}"));
    return database;
  }
};
SLUICE_ON_EACH_DATABASE(AccessTest);

TEST_P(AccessTest, values_come_back_as_they_went) {
  Database database = with_table();
  const std::string odd = "it's \\ :n {now} \xE2\x82\xAC \"\n";
  counted(database.write("INSERT INTO t VALUES (:k, :n, :v)", {{"k", "a"}, {"n", -9'007'199'254'740'993}, {"v", odd}}));
  counted(database.write("INSERT INTO t VALUES (:k, :n, :n)", {{"k", "b"}, {"n", nullptr}}));
  const auto rows = database.select({"n", "v"}, "FROM t WHERE k = :k OR k = 'b' ORDER BY k", {{"k", "a"}});
  ASSERT_TRUE(rows) << rows.error().message;
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ(rows->at(0).number(0), -9'007'199'254'740'993);
  EXPECT_EQ(rows->at(0).text(1), odd);
  EXPECT_TRUE(rows->at(1).is_null(0));
  EXPECT_TRUE(rows->at(1).is_null(1));
}

TEST_P(AccessTest, no_rows_are_no_error) {
  Database database = with_table();
  const auto rows = database.select({"k"}, "FROM t");
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_TRUE(rows->empty());
}

TEST_P(AccessTest, rows_that_meet_the_condition_are_counted_even_unchanged) {
  Database database = with_table();
  counted(database.write("INSERT INTO t VALUES ('a', 1, '')"));
  EXPECT_EQ(counted(database.write("UPDATE t SET n = 1 WHERE n = 1")), 1U);
  EXPECT_EQ(counted(database.write("UPDATE t SET n = 1 WHERE n = 2")), 0U);
}

TEST_P(AccessTest, names_differ_by_case) {
  Database database = with_table();
  counted(database.write("INSERT INTO t VALUES ('a', 1, '')"));
  EXPECT_EQ(counted(database.write("INSERT INTO t VALUES ('A', 1, '')")), 1U);
}

TEST_P(AccessTest, duplicate_is_told_apart_and_shows_no_value) {
  Database database = with_table();
  const Parameters parameters = {{"v", "a secret"}};
  counted(database.write("INSERT INTO t VALUES ('a', 1, :v)", parameters));
  const auto again = database.write("INSERT INTO t VALUES ('a', 1, :v)", parameters);
  ASSERT_FALSE(again);
  EXPECT_TRUE(is_duplicate(again.error())) << again.error().message;
  EXPECT_EQ(again.error().message.find("secret"), std::string::npos) << again.error().message;
  EXPECT_EQ(again.error().message.find(database.name()), 0U) << again.error().message;
}

TEST_P(AccessTest, failed_work_is_rolled_back) {
  Database database = with_table();
  const auto done = database.transaction([&]() -> Result<void> {
    counted(database.write("INSERT INTO t VALUES ('a', 1, '')"));
    return fail(ErrorKind::invalid, "no");
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "no");
  EXPECT_EQ(counted(database.write("DELETE FROM t")), 0U);
}

TEST_P(AccessTest, others_see_what_is_committed) {
  Database database = with_table();
  Database other = open();
  expect_done(database.transaction([&]() -> Result<void> {
    counted(database.write("INSERT INTO t VALUES ('a', 1, '')"));
    EXPECT_TRUE(other.select({"k"}, "FROM t")->empty());
    return {};
  }));
  EXPECT_EQ(other.select({"k"}, "FROM t")->size(), 1U);
}

TEST_P(AccessTest, time_is_close_to_ours_and_goes_on) {
  Database database = open();
  const auto first = database.now();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const auto second = database.now();
  ASSERT_TRUE(first && second);
  EXPECT_GE(*second - *first, 15'000);
  EXPECT_LT(*second - *first, 10'000'000);
  EXPECT_NEAR(static_cast<double>(*first) / 1e6, static_cast<double>(::time(nullptr)), 5);
}

TEST_P(AccessTest, statements_are_counted) {
  Database database = with_table();
  const auto before = database.statement_count();
  expect_done(database.transaction([&]() -> Result<void> {
    counted(database.write("INSERT INTO t VALUES ('a', 1, '')"));
    return {};
  }));
  EXPECT_EQ(database.statement_count() - before, 3U);
}

TEST_P(AccessTest, value_beyond_the_limit_is_refused_before_it_is_sent) {
  Database database = with_table();
  const auto done = database.write("INSERT INTO t VALUES ('a', 1, :v)", {{"v", std::string(5U << 20U, 'x')}});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::limit);
}

TEST_P(AccessTest, counting_by_many_loses_nothing) {
  Database database = with_table();
  counted(database.write("INSERT INTO t VALUES ('a', 0, '')"));
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      Database mine = open();
      for (int round = 0; round < 25; ++round) {
        expect_done(mine.transaction([&]() -> Result<void> {
          const auto rows = mine.select({"n"}, "FROM t WHERE k = 'a'");
          if (!rows) return std::unexpected(rows.error());
          const auto done = mine.write("UPDATE t SET n = n + 1 WHERE k = 'a'");
          if (!done) return std::unexpected(done.error());
          return {};
        }));
      }
    });
  }
  threads.clear();
  EXPECT_EQ(database.select({"n"}, "FROM t")->front().number(0), 100);
}

class ServerAccessTest : public AccessTest {
 protected:
  [[nodiscard]] static PrivateServer& server() { return PrivateServer::instance(GetParam()); }
};
SLUICE_ON_EACH_SERVER(ServerAccessTest);

TEST_P(ServerAccessTest, account_with_a_password_logs_in_as_the_server_likes_it) {
  Database database = open();
  auto& address = std::get<MySqlAddress>(options_.address);
  counted(database.write("CREATE USER 'meta'@'localhost' IDENTIFIED BY 'it''s secret'"));
  counted(database.write("GRANT ALL ON *.* TO 'meta'@'localhost'"));
  address.user = "meta";
  address.password = "it's secret";
  EXPECT_TRUE(open().now());
  counted(database.write("DROP USER 'meta'@'localhost'"));
}

TEST_P(ServerAccessTest, what_was_lost_idle_is_connected_again_unseen) {
  Database database = with_table();
  server().kill_and_restart();
  EXPECT_EQ(counted(database.write("INSERT INTO t VALUES ('a', 1, '')")), 1U);
  server().kill_and_restart();
  expect_done(database.transaction([&]() -> Result<void> {
    counted(database.write("UPDATE t SET n = 2"));
    return {};
  }));
}

TEST_P(ServerAccessTest, a_transaction_that_lost_its_connection_does_nothing) {
  Database database = with_table();
  const auto done = database.transaction([&]() -> Result<void> {
    counted(database.write("INSERT INTO t VALUES ('a', 1, '')"));
    server().kill_and_restart();
    const auto second = database.write("INSERT INTO t VALUES ('b', 1, '')");
    EXPECT_FALSE(second);
    return second ? Result<void>() : std::unexpected(second.error());
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::closed) << done.error().message;
  EXPECT_EQ(counted(database.write("DELETE FROM t")), 0U);
}

TEST_P(ServerAccessTest, a_server_that_hangs_does_not_hang_us) {
  options_.read_limit = std::chrono::seconds(1);
  Database database = with_table();
  server().freeze(true);
  const auto started = std::chrono::steady_clock::now();
  const auto done = database.write("INSERT INTO t VALUES ('a', 1, '')");
  const auto waited = std::chrono::steady_clock::now() - started;
  server().freeze(false);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::timeout) << done.error().message;
  EXPECT_NE(done.error().message.find("not known"), std::string::npos) << done.error().message;
  EXPECT_LT(waited, std::chrono::seconds(3));
  EXPECT_TRUE(database.now()) << "works again afterwards";
}

TEST_P(ServerAccessTest, wrong_password_is_named_without_it) {
  auto& address = std::get<MySqlAddress>(options_.address);
  address.user = "nobody";
  address.password = "my secret";
  const auto opened = Database::open(options_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::refused);
  EXPECT_NE(opened.error().message.find("Access denied"), std::string::npos) << opened.error().message;
  EXPECT_EQ(opened.error().message.find("secret"), std::string::npos) << opened.error().message;
}

TEST(DatabaseTest, one_that_accepts_and_says_nothing_is_given_up) {
  const SilentServer silent;
  const auto started = std::chrono::steady_clock::now();
  const auto opened = Database::open(silent.options());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::timeout) << opened.error().message;
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(4));
}

TEST(DatabaseTest, nobody_there_is_said_with_address_and_cause) {
  const auto opened = Database::open({.address = MySqlAddress{.host = "localhost", .port = 1}});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::io);
  EXPECT_NE(opened.error().message.find("MetaDB localhost:1/binlog_database: cannot connect"), std::string::npos)
      << opened.error().message;
}

TEST(DatabaseTest, a_file_that_cannot_be_made_is_said) {
  const auto opened = Database::open({.address = SqliteFile{"/proc/no/meta.db"}});
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("/proc/no/meta.db"), std::string::npos) << opened.error().message;
}

}  // namespace
}  // namespace sluice::database
