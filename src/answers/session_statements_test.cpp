#include "answers/session_statements.h"

#include <gtest/gtest.h>

#include "answers/made_up_server.h"
#include "answers/statement_executor.h"

namespace sluice::answers {
namespace {

class SessionStatementsTest : public testing::Test {
 protected:
  SessionStatementsTest() {
    server_.its_sessions = {{.id = 7, .user = "u", .host = "192.0.2.9:1", .command = "Query", .statement = "SELECT 1"},
                            {.id = 8, .user = "u", .host = "192.0.2.9:2", .database = "d", .command = "Sleep"},
                            {.id = 9,
                             .user = "other",
                             .host = "192.0.2.9:3",
                             .real_host = "198.51.100.1:4",
                             .command = "Binlog Dump GTID",
                             .time = std::chrono::seconds(5),
                             .state = std::string(dump_state::sending)}};
  }

  std::string run(std::string_view sql, bool admin = false) {
    SqlClient client;
    client.connection_id = 7;
    client.user = "u";
    client.admin = admin;
    StatementExecutor session(server_, client);
    return shown(session.execute(sql));
  }

  DumpInfo dump() const {
    DumpInfo dump;
    dump.session = server_.its_sessions[2];
    dump.position = {3, 1234};
    dump.events = 10;
    dump.bytes = 2000;
    dump.artificial_rotates = 1;
    dump.heartbeats = 2;
    dump.events_per_second = 4;
    dump.bytes_per_second = 800;
    dump.server_id = 42;
    dump.start = 4;
    dump.known_gtids = "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5";
    return dump;
  }

  MadeUpServer server_;
};

constexpr const char* process_columns = "Id|User|Host|db|Command|Time|State|Info";

TEST_F(SessionStatementsTest, ProcessListOfOneUser) {
  EXPECT_EQ(run("SHOW PROCESSLIST"),
            std::string(process_columns) + ": 7|u|192.0.2.9:1|NULL|Query|0||SELECT 1; 8|u|192.0.2.9:2|d|Sleep|0||NULL");
}

TEST_F(SessionStatementsTest, ProcessListOfAllForAdministrators) {
  server_.its_sessions.erase(server_.its_sessions.begin(), server_.its_sessions.begin() + 2);
  EXPECT_EQ(run("SHOW PROCESSLIST", true),
            std::string(process_columns) + ": 9|other|192.0.2.9:3|NULL|Binlog Dump GTID|5|Send event|NULL");
}

TEST_F(SessionStatementsTest, ProcessListCutsStatementsBetweenCharacters) {
  server_.its_sessions.resize(1);
  server_.its_sessions[0].statement.emplace();
  for (int i = 0; i < 150; ++i) {
    *server_.its_sessions[0].statement += "é";
  }
  EXPECT_TRUE(run("SHOW PROCESSLIST").ends_with("|" + server_.its_sessions[0].statement->substr(0, 200)));
  EXPECT_TRUE(run("SHOW FULL PROCESSLIST").ends_with("|" + *server_.its_sessions[0].statement));
}

TEST_F(SessionStatementsTest, DumpList) {
  server_.its_dumps = {dump()};
  EXPECT_EQ(run("SHOW BINLOG DUMPLIST").find(": "), std::string::npos);  // somebody else's
  EXPECT_EQ(
      run("SHOW BINLOG DUMPLIST", true),
      "Id|User|Host|RealHost|Command|Time|State|DumpPosition|DumpDelay|DumpEventsNum|DumpEventsSize|"
      "FakeRotateEventsNum|HeartbeatEventsNum|DumpEps|DumpIops|Info|DumpCheckpoint: "
      "9|other|192.0.2.9:3|198.51.100.1:4|Binlog Dump GTID|5|Send event|mysql-bin.000003:1234|0|10|2000|1|2|4|800|"
      R"({"filename":"","pos":4,"flags":0,"exclude_gtids":"3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5",)"
      R"("server_id":42,"uuid":"","checksums":false,"semi_sync":false}|0)");
}

TEST_F(SessionStatementsTest, DumpListOfLongSets) {
  server_.its_dumps = {dump()};
  server_.its_dumps[0].known_gtids = std::string(500, '1');
  EXPECT_NE(run("SHOW BINLOG DUMPLIST", true).find("\"" + std::string(100, '1') + "...\""), std::string::npos);
  EXPECT_NE(run("SHOW FULL BINLOG DUMPLIST", true).find("\"" + std::string(500, '1') + "\""), std::string::npos);
}

TEST_F(SessionStatementsTest, DumpDelayOnlyWhileBehind) {
  server_.its_dumps = {dump()};
  server_.its_dumps[0].checkpoint = 1700000000;
  EXPECT_EQ(run("SHOW BINLOG DUMPLIST", true).find("mysql-bin.000003:1234|0|"), std::string::npos);
  server_.its_dumps[0].caught_up = true;
  EXPECT_NE(run("SHOW BINLOG DUMPLIST", true).find("mysql-bin.000003:1234|0|"), std::string::npos);
}

TEST_F(SessionStatementsTest, SemiSynchronousSubscribers) {
  EXPECT_EQ(run("SHOW STATUS LIKE 'Rpl_semi_sync_master_clients'"),
            "Variable_name|Value: Rpl_semi_sync_master_clients|0");
  server_.its_dumps = {dump(), dump()};
  server_.its_dumps[1].semi_sync = true;
  server_.its_dumps[1].acknowledgements = 5;
  server_.its_dumps[1].acknowledged = "mysql-bin.000002:77";
  EXPECT_EQ(run("SHOW STATUS LIKE 'Rpl_semi_sync_source_clients'"),
            "Variable_name|Value: Rpl_semi_sync_source_clients|1");
  EXPECT_NE(run("SHOW BINLOG DUMPLIST", true)
                .find(R"("semi_sync":true,"acknowledgements":5,"acknowledged":"mysql-bin.000002:77"})"),
            std::string::npos);
}

TEST_F(SessionStatementsTest, Replicas) {
  server_.its_replicas = {{.connection_id = 9, .server_id = 42, .host = "h", .port = 3306, .uuid = "uu"}};
  EXPECT_EQ(run("SHOW SLAVE HOSTS"), "Server_id|Host|Port|Master_id|Slave_UUID: 42|h|3306|4711|uu");
  EXPECT_EQ(run("SHOW REPLICAS"), "Server_Id|Host|Port|Source_Id|Replica_UUID: 42|h|3306|4711|uu");
  server_.version = "10.11.19-MariaDB";
  EXPECT_EQ(run("SHOW REPLICA HOSTS"), "Server_id|Host|Port|Master_id: 42|h|3306|4711");
}

TEST_F(SessionStatementsTest, Kill) {
  EXPECT_EQ(run("KILL 8"), "ok");
  EXPECT_EQ(run("KILL QUERY 4+4"), "ok");
  EXPECT_EQ(run("KILL 9", true), "ok");
  EXPECT_EQ(run("KILL CONNECTION_ID()"), "ERROR 1317 (70100): Query execution was interrupted");
  EXPECT_EQ(server_.killed, (std::vector<std::string>{"8 connection by 7", "8 statement by 7", "9 connection by 7",
                                                      "7 connection by 7"}));
}

TEST_F(SessionStatementsTest, KillOfWhatIsNotOnesOwnOrNotThere) {
  EXPECT_EQ(run("KILL 9"), "ERROR 1095 (HY000): You are not owner of thread 9");
  EXPECT_EQ(run("KILL 99", true), "ERROR 1094 (HY000): Unknown thread id: 99");
  EXPECT_EQ(run("KILL 'x'"), "ERROR 1094 (HY000): Unknown thread id: 0");
  EXPECT_EQ(run("KILL NULL"), "ERROR 1094 (HY000): Unknown thread id: 0");
  EXPECT_TRUE(server_.killed.empty());
}

TEST(Cancellation, AnInterruptionEndsOneStatement) {
  Cancellation cancellation;
  cancellation.interrupt();  // nothing runs
  cancellation.begin_statement();
  EXPECT_FALSE(cancellation.cancelled());
  cancellation.interrupt();
  EXPECT_TRUE(cancellation.cancelled());
  cancellation.end_statement();
  cancellation.begin_statement();
  EXPECT_FALSE(cancellation.cancelled());
  cancellation.cancel();
  cancellation.end_statement();
  EXPECT_TRUE(cancellation.cancelled());
}

}  // namespace
}  // namespace sluice::answers
