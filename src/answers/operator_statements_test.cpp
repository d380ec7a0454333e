#include "answers/session_for_test.h"

namespace sluice::answers {
namespace {

class OperatorStatementsTest : public StatementExecutorTest {};

TEST_F(OperatorStatementsTest, AdministratorsChangeParameters) {
  EXPECT_EQ(admin("SET GLOBAL max_connections=5, GLOBAL binlog_gtid_display=off"), "ok");
  EXPECT_EQ(run("SELECT @@max_connections, @@binlog_gtid_display"), "@@max_connections|@@binlog_gtid_display: 5|0");
  EXPECT_EQ(admin("SET @@global.max_connections=DEFAULT, PERSIST binlog_gtid_display=1"), "ok");
  EXPECT_EQ(run("SHOW VARIABLES WHERE Variable_name IN ('max_connections','binlog_gtid_display')"),
            "Variable_name|Value: binlog_gtid_display|ON; max_connections|1000");
  EXPECT_EQ(admin("SET GLOBAL max_connections=0"), "ok, 1 warnings");
  EXPECT_EQ(value("SELECT @@max_connections"), "1");
}

TEST_F(OperatorStatementsTest, ParametersThatCannotBeChanged) {
  EXPECT_EQ(admin("SET GLOBAL nosuch=1"), "ERROR 1193 (HY000): Unknown system variable 'nosuch'");
  EXPECT_EQ(admin("SET GLOBAL max_connections='x'"),
            "ERROR 1232 (42000): Incorrect argument type to variable 'max_connections'");
  EXPECT_EQ(admin("SET GLOBAL binlog_gtid_display=2"),
            "ERROR 1231 (42000): Variable 'binlog_gtid_display' can't be set to the value of '2'");
  EXPECT_EQ(admin("SET GLOBAL max_binlog_size=4096"),
            "ERROR 1238 (HY000): Variable 'max_binlog_size' is a read only variable");
  EXPECT_EQ(admin("SET GLOBAL sync_binlog=0"), "ERROR 1238 (HY000): Variable 'sync_binlog' is a read only variable");
  EXPECT_EQ(admin("SET max_connections=5").substr(0, 10), "ERROR 1229");
  EXPECT_EQ(admin("SET PERSIST_ONLY max_connections=5").substr(0, 10), "ERROR 1235");
  EXPECT_EQ(run("SET GLOBAL max_connections=5").substr(0, 10), "ERROR 1227");
  EXPECT_EQ(admin("SET GLOBAL max_connections=5, GLOBAL wait_timeout='x'").substr(0, 10), "ERROR 1232");
  EXPECT_EQ(value("SELECT @@max_connections"), "1000");
}

TEST_F(OperatorStatementsTest, SessionsBeginWithCopiesOfParameters) {
  EXPECT_EQ(admin("SET GLOBAL wait_timeout=60, GLOBAL interactive_timeout=70"), "ok");
  EXPECT_EQ(session_.idle_timeout(), std::chrono::hours(8));
  EXPECT_EQ(run_as({}, "SELECT @@wait_timeout, @@global.wait_timeout"), "@@wait_timeout|@@global.wait_timeout: 60|60");
  EXPECT_EQ(run_as({.interactive = true}, "SELECT @@wait_timeout"), "@@wait_timeout: 70");
  run("SET wait_timeout=5");
  EXPECT_EQ(session_.idle_timeout(), std::chrono::seconds(5));
  session_.reset();
  EXPECT_EQ(session_.idle_timeout(), std::chrono::seconds(60));
}

TEST_F(OperatorStatementsTest, ShowParameters) {
  EXPECT_TRUE(run("SHOW PARAMETERS LIKE 'max\\_connections'")
                  .starts_with("name|value|default_value|data_type|minimum|maximum|unit|needs_restart|source|info: "
                               "max_connections|1000|1000|integer|1|100000|connections|No|default|"));
  EXPECT_EQ(run("SHOW PARAMETERS LIKE 'nosuch'"),
            "name|value|default_value|data_type|minimum|maximum|unit|needs_restart|source|info");
  admin("SET GLOBAL max_connections=1000");
  const std::string set = run("SHOW PARAMETERS WHERE source = 'SET GLOBAL' OR needs_restart = 'Yes'");
  EXPECT_NE(set.find("max_connections"), std::string::npos);
  EXPECT_NE(set.find("max_binlog_size"), std::string::npos);
  EXPECT_EQ(set.find("wait_timeout"), std::string::npos);
  EXPECT_EQ(error("SHOW PARAMETERS WHERE foo=1"), "1054 Unknown column 'foo' in 'where clause'");
}

TEST_F(OperatorStatementsTest, GtidsAreNotDisplayedIfTheParameterSaysSo) {
  server_.open_file(1, {});
  server_.add_transaction(gtid(1));
  EXPECT_TRUE(run("SHOW MASTER STATUS").ends_with(":1"));
  admin("SET GLOBAL binlog_gtid_display=OFF");
  EXPECT_TRUE(run("SHOW MASTER STATUS").ends_with("|||"));
  EXPECT_NE(value("SELECT @@gtid_executed"), "");
}

TEST_F(OperatorStatementsTest, SettingAGlobalValueMayBlock) {
  EXPECT_TRUE(session_.may_block("SET GLOBAL max_connections=5"));
  EXPECT_FALSE(session_.may_block("SET wait_timeout=5"));
}

TEST_F(OperatorStatementsTest, GrantsOfAdministrators) {
  EXPECT_EQ(admin("SHOW GRANTS"),
            "Grants for root@%: GRANT SELECT, PROCESS, SUPER, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO "
            "`root`@`%`");
}

TEST_F(OperatorStatementsTest, ShowBinlogEvents) {
  const std::string columns = "Log_name|Pos|Event_type|Server_id|End_log_pos|Info";
  EXPECT_EQ(run("SHOW BINLOG EVENTS"), columns);
  server_.open_file(1, {});
  server_.add_transaction(gtid(1));
  EXPECT_EQ(run("SHOW BINLOG EVENTS"),
            columns +
                ": mysql-bin.000001|4|Format_desc|0|123|Server ver: 5.7.44-sluice, Binlog ver: 4; "
                "mysql-bin.000001|123|Previous_gtids|0|154|; mysql-bin.000001|154|Gtid|0|219|SET "
                "@@SESSION.GTID_NEXT= '" +
                uuid +
                ":1'; mysql-bin.000001|219|Xid|0|250|COMMIT /* "
                "xid=72340172838076673 */");
  EXPECT_EQ(run("SHOW BINLOG EVENTS IN 'mysql-bin.000001' FROM 123 LIMIT 1"),
            columns + ": mysql-bin.000001|123|Previous_gtids|0|154|");
  EXPECT_EQ(run("SHOW BINLOG EVENTS FROM 250"), columns);
  EXPECT_EQ(run("SHOW BINLOG EVENTS LIMIT 9,1"), columns);
  const std::string failed = "1220 Error when executing command SHOW BINLOG EVENTS: ";
  EXPECT_EQ(error("SHOW BINLOG EVENTS IN 'nosuch'"), failed + "Could not find target log");
  EXPECT_EQ(error("SHOW BINLOG EVENTS IN 'mysql-bin.000002'"), failed + "Could not find target log");
  EXPECT_EQ(error("SHOW BINLOG EVENTS FROM 5"), failed + "Wrong offset or I/O error");
  EXPECT_EQ(run("SHOW BINLOG EVENTS FROM 251"), columns);
  EXPECT_TRUE(session_.may_block("SHOW BINLOG EVENTS"));
}

TEST_F(OperatorStatementsTest, PurgeBinaryLogs) {
  binlog::GtidSet previous;
  for (std::uint64_t file = 1; file <= 3; ++file) {
    server_.open_file(file, previous);
    server_.add_transaction(gtid(file));
    previous.add(gtid(file));
  }
  EXPECT_EQ(run("PURGE BINARY LOGS TO 'mysql-bin.000002'").substr(0, 10), "ERROR 1227");
  EXPECT_EQ(admin("PURGE BINARY LOGS TO 'nosuch'"), "ERROR 1373 (HY000): Target log not found in binlog index");
  EXPECT_EQ(admin("PURGE MASTER LOGS TO 'mysql-bin.000004'").substr(0, 10), "ERROR 1373");
  EXPECT_EQ(admin("PURGE BINARY LOGS TO 'mysql-bin.000002'"), "ok");
  EXPECT_EQ(run("SHOW BINARY LOGS"), "Log_name|File_size: mysql-bin.000002|290; mysql-bin.000003|290");
  EXPECT_EQ(value("SELECT @@gtid_purged"), std::string(uuid) + ":1");
  EXPECT_EQ(admin("PURGE BINARY LOGS BEFORE NULL"), "ERROR 1210 (HY000): Incorrect arguments to PURGE LOGS BEFORE");
  EXPECT_EQ(admin("PURGE BINARY LOGS BEFORE DATE_SUB(NOW(), INTERVAL 1 DAY)"), "ok");
  EXPECT_EQ(run("SHOW BINARY LOGS"), "Log_name|File_size: mysql-bin.000003|290");
  EXPECT_TRUE(session_.may_block("PURGE BINARY LOGS TO 'mysql-bin.000002'"));
}

TEST_F(OperatorStatementsTest, PurgesThatAreNotSql) {
  for (const char* statement :
       {"PURGE", "PURGE LOGS TO 'a'", "PURGE BINARY LOGS", "PURGE BINARY LOGS TO a", "PURGE BINARY LOGS BEFORE",
        "PURGE BINARY LOGS TO 'a' now", "PURGE BINARY LOGS BEFORE NOW() - INTERVAL 1 FORTNIGHT",
        "PURGE BINARY LOGS BEFORE NOW() - INTERVAL x DAY", "PURGE BINARY LOGS BEFORE DATE_SUB(NOW(), 1)"}) {
    EXPECT_EQ(admin(statement).substr(0, 10), "ERROR 1064") << statement;
  }
  EXPECT_EQ(admin("PURGE BINARY LOGS TO 'a' FOR TENANT c.t").substr(0, 10), "ERROR 1235");
  EXPECT_EQ(admin("PURGE BINARY LOGS BEFORE NOW() - INTERVAL 1 MONTH").substr(0, 10), "ERROR 1235");
}

}  // namespace
}  // namespace sluice::answers
