#include "database/migrations.h"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "database/database_for_test.h"

namespace sluice::database {
namespace {

class MigrationsTest : public DatabaseTest {
 protected:
  const std::vector<Migration> two_steps_ = {
      {"CREATE TABLE IF NOT EXISTS a (k {name} NOT NULL PRIMARY KEY, n {number}) {table}"},
      {"CREATE TABLE IF NOT EXISTS b (k {name} NOT NULL PRIMARY KEY, n {number}) {table}"},
  };
};
SLUICE_ON_EACH_DATABASE(MigrationsTest);

TEST_P(MigrationsTest, can_be_repeated) {
  Database database = open();
  expect_done(migrate(database, two_steps_));
  expect_done(migrate(database, two_steps_));
  EXPECT_EQ(counted(schema_version(database)), 2);
}

TEST_P(MigrationsTest, later_steps_follow_earlier_ones) {
  Database database = open();
  expect_done(migrate(database, std::span(two_steps_).first(1)));
  counted(database.write("INSERT INTO a VALUES ('kept', 1)"));
  expect_done(migrate(database, two_steps_));
  EXPECT_EQ(counted(database.write("DELETE FROM a")), 1U);
  EXPECT_EQ(counted(database.write("INSERT INTO b VALUES ('x', 1)")), 1U);
}

TEST_P(MigrationsTest, newer_schema_is_refused) {
  Database database = open();
  expect_done(migrate(database, two_steps_));
  const auto older = migrate(database, std::span(two_steps_).first(1));
  ASSERT_FALSE(older);
  EXPECT_EQ(older.error().kind, ErrorKind::unsupported);
  EXPECT_NE(older.error().message.find("has version 2, this program knows versions up to 1"), std::string::npos);
}

TEST_P(MigrationsTest, many_at_once_each_end_well) {
  std::vector<std::jthread> servers;
  std::atomic<int> done = 0;
  for (int server = 0; server < 6; ++server) {
    servers.emplace_back([&] {
      Database mine = open();
      const auto result = migrate(mine, two_steps_);
      EXPECT_TRUE(result) << result.error().message;
      if (result) ++done;
    });
  }
  servers.clear();
  EXPECT_EQ(done, 6);
}

TEST_P(MigrationsTest, who_claims_is_waited_for_and_who_died_is_followed) {
  Database database = open();
  expect_done(migrate(database, std::span(two_steps_).first(1)));
  // One that claimed the second step and died after half of it.
  counted(database.write("UPDATE schema_version SET migrator = 'dead', claimed = {now}"));
  counted(database.write(two_steps_[1].front()));
  const auto waited =
      migrate(database, two_steps_, {.claim = std::chrono::seconds(60), .all = std::chrono::seconds(1)});
  ASSERT_FALSE(waited);
  EXPECT_EQ(waited.error().kind, ErrorKind::timeout);
  expect_done(migrate(database, two_steps_, {.claim = std::chrono::seconds(1), .all = std::chrono::seconds(10)}));
  EXPECT_EQ(counted(schema_version(database)), 2);
}

TEST_P(MigrationsTest, failing_step_names_its_version) {
  Database database = open();
  const std::vector<Migration> broken = {{"CREATE TABEL x"}};
  const auto done = migrate(database, broken);
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("schema version 1"), std::string::npos) << done.error().message;
  expect_done(migrate(database, two_steps_, {.claim = std::chrono::seconds(60), .all = std::chrono::seconds(5)}));
}

}  // namespace
}  // namespace sluice::database
