#include "manage/management_session.h"

#include "manage/management_for_test.h"

namespace sluice::manage {
namespace {

using ManagementSessionTest = ManagementTest;

constexpr std::array for_administrators = {
    "CREATE BINLOG FOR TENANT c.t TO USER u PASSWORD p WITH CLUSTER URL 'mysql://h'",
    "ALTER BINLOG c.t SET max_connections = 1",
    "DROP BINLOG FOR TENANT c.t",
    "REBALANCE BINLOG",
    "CREATE BINLOG INSTANCE i FOR c.t",
    "ALTER BINLOG INSTANCE i SET max_connections = 1",
    "START BINLOG INSTANCE i",
    "STOP BINLOG INSTANCE i",
    "DROP BINLOG INSTANCE i",
    "SWITCH MASTER INSTANCE TO i FOR TENANT c.t",
    "KILL 1 FOR INSTANCE i",
    "SHOW PROCESSLIST FOR INSTANCE i",
    "SHOW BINLOG DUMPLIST FOR INSTANCE i",
    "PURGE BINARY LOGS TO 'mysql-bin.000002' FOR INSTANCE i",
    "ALTER BINLOG CLUSTER SET max_connections = 1",
    "SET GLOBAL max_connections = 1 FOR CLUSTER",
    "SHOW USERS",
    "CREATE USER u IDENTIFIED BY 'p'",
    "ALTER USER root IDENTIFIED BY 'p'",
    "DROP USER root",
    "SET PASSWORD FOR root = 'p'",
};

constexpr std::array for_all = {
    "SHOW NODES",
    "SHOW BINLOG SERVER FOR TENANT c.t",
    "SHOW BINLOG STATUS",
    "SHOW BINLOG HISTORY",
    "REBALANCE BINLOG DRY RUN",
    "SHOW BINLOG INSTANCES",
    "SHOW HISTORY BINLOG INSTANCES",
    "SHOW PARAMETERS",
    "SHOW BINARY LOGS FOR INSTANCE i",
    "SHOW VARIABLES FOR INSTANCE i",
    "PURGE BINARY LOGS TO 'mysql-bin.000002' FOR TENANT c.t",
    "SELECT @@version",
    "SHOW VARIABLES LIKE 'version'",
};

TEST_F(ManagementSessionTest, WhoIsNoAdministratorMayLookAndNoMore) {
  for (const char* statement : for_administrators) {
    EXPECT_TRUE(run_as_guest(statement).starts_with("ERROR 1227 (42000): ")) << run_as_guest(statement);
    EXPECT_FALSE(run(statement).starts_with("ERROR 1227")) << statement;
  }
  for (const char* statement : for_all)
    EXPECT_FALSE(run_as_guest(statement).starts_with("ERROR 1227")) << statement;
}

TEST_F(ManagementSessionTest, WhatCanNotBeReadIsASyntaxError) {
  EXPECT_TRUE(run("SHOW NODES FROM").starts_with("ERROR 1064 (42000): "));
  EXPECT_TRUE(run("CREATE BINLOG").starts_with("ERROR 1064 (42000): "));
  EXPECT_TRUE(run("SHOW NODES; SHOW NODES").starts_with("ERROR 1064 (42000): "));
}

TEST_F(ManagementSessionTest, WarningsAreOfTheStatementBefore) {
  run("DROP BINLOG IF EXISTS FOR TENANT c.t");
  EXPECT_EQ(rows("SHOW WARNINGS").rows.size(), 1U);
  run("DROP BINLOG FOR TENANT c.t");
  EXPECT_EQ(run("SHOW WARNINGS"), "Level|Code|Message: Error|1236|Tenant does not exist: c.t");
  run("SHOW NODES");
  EXPECT_EQ(rows("SHOW WARNINGS").rows.size(), 0U);
}

TEST_F(ManagementSessionTest, ManagementStatementsCannotBePrepared) {
  const auto prepared = root_->prepare("SHOW NODES");
  ASSERT_FALSE(prepared);
  EXPECT_EQ(prepared.error().code, 1295);
  EXPECT_TRUE(root_->prepare("SELECT @@version"));
}

TEST_F(ManagementSessionTest, ALogBelongsToAnInstancePreparedOrNot) {
  for (const char* statement : {"SHOW MASTER STATUS", "SHOW BINARY LOGS", "SHOW BINLOG EVENTS", "REPORT",
                                "PURGE BINARY LOGS TO 'mysql-bin.000001'", "SHOW BINLOG DUMPLIST"}) {
    EXPECT_TRUE(run(statement).starts_with("ERROR 1236 (HY000): Binlog instance is not specified")) << statement;
    const auto prepared = root_->prepare(statement);
    EXPECT_TRUE(!prepared && prepared.error().code == 1236) << statement;
  }
}

TEST_F(ManagementSessionTest, OnlyWhatAsksTheMetaDbMayBlock) {
  EXPECT_TRUE(root_->may_block("SHOW NODES"));
  EXPECT_FALSE(root_->may_block("SELECT @@version"));
  EXPECT_FALSE(root_->may_block("SHOW NODES FROM"));
}

TEST_F(ManagementSessionTest, AnotherUserHasTheOtherUsersRights) {
  guest_->change_client({.connection_id = 8, .user = "root", .host = "127.0.0.1", .admin = true});
  EXPECT_EQ(run_as_guest("ALTER BINLOG CLUSTER SET max_connections = 7"), "ok");
  EXPECT_EQ(values("SHOW BINLOG HISTORY LIMIT 1", "who"), "root");
}

TEST_F(ManagementSessionTest, AMetaDbThatIsAwayIsNoLogInProblem) {
  metadb::MySqlAddress nobody;
  nobody.host = "127.0.0.1";
  nobody.port = 1;
  nobody.user = "u";
  nobody.password = "metadb-secret";
  metadb::Options options;
  options.address = nobody;
  metadb::MetaDbPool pool(options);
  ManagementSession session(server_, pool, services_, {.connection_id = 1, .user = "root", .admin = true});
  const std::string answer = answers::shown(session.execute("SHOW NODES"));
  EXPECT_TRUE(answer.starts_with("ERROR 1236 (HY000): ")) << answer;
  EXPECT_EQ(answer.find("metadb-secret"), std::string::npos);
}

TEST_F(ManagementSessionTest, ATableThatIsGoneIsAProblemOfTheServer) {
  ASSERT_TRUE(database_->write("DROP TABLE history"));
  EXPECT_TRUE(run("SHOW BINLOG HISTORY").starts_with("ERROR 1236 (HY000): "));
  EXPECT_TRUE(run("CREATE USER u IDENTIFIED BY 'p'").starts_with("ERROR 1236 (HY000): "));
  EXPECT_EQ(values("SHOW USERS", "user"), "guest root") << "what cannot be noted is not done";
}

}  // namespace
}  // namespace sluice::manage
