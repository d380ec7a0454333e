#include <gtest/gtest.h>

#include "answers/made_up_server.h"
#include "answers/statement_executor.h"

// What real subscribers and drivers send when they connect, word for word (facts: "What each subscriber sends before
// the dump", and the clients' public sources), and that it is answered.

namespace sluice::answers {
namespace {

class ClientStatementsTest : public testing::Test {
 protected:
  ClientStatementsTest() {
    server_.open_file(1, {});
    server_.add_transaction({{*binlog::parse_uuid("3e11fa47-71ca-11e1-9e33-c80aa9429562"), ""}, 1});
  }

  std::string run(std::string_view sql) { return shown(session_.execute(sql)); }

  void accept(std::string_view sql) { EXPECT_FALSE(run(sql).starts_with("ERROR")) << sql << ": " << run(sql); }

  void accept(std::initializer_list<std::string_view> statements) {
    for (const std::string_view sql : statements) {
      accept(sql);
    }
  }

  MadeUpServer server_;
  StatementExecutor session_{server_,
                             {.connection_id = 7, .user = "repl", .host = "192.0.2.9", .database = "", .tls = false}};
};

TEST_F(ClientStatementsTest, Mysqlbinlog) {
  EXPECT_EQ(run("SELECT VERSION()"), "VERSION(): 5.7.44-sluice");
  accept("SET @master_binlog_checksum = 'NONE', @source_binlog_checksum = 'NONE'");
  EXPECT_EQ(session_.user_variable("master_binlog_checksum"), "NONE");
  EXPECT_EQ(session_.user_variable("source_binlog_checksum"), "NONE");
}

TEST_F(ClientStatementsTest, MariadbBinlog) {
  accept({"SELECT VERSION()", "SET @master_binlog_checksum='NONE'", "SET @mariadb_slave_capability=4"});
  EXPECT_EQ(session_.user_variable("mariadb_slave_capability"), "4");
}

TEST_F(ClientStatementsTest, MysqlReplica) {
  accept("SELECT UNIX_TIMESTAMP()");
  EXPECT_EQ(run("SELECT @@GLOBAL.SERVER_ID"), "@@GLOBAL.SERVER_ID: 4711");
  accept(
      {"SET @master_heartbeat_period = 30000001024, @source_heartbeat_period = 30000001024",
       "SET @master_binlog_checksum = @@global.binlog_checksum, @source_binlog_checksum = @@global.binlog_checksum"});
  EXPECT_EQ(run("SELECT @source_binlog_checksum"), "@source_binlog_checksum: CRC32");
  EXPECT_EQ(run("SELECT @@GLOBAL.GTID_MODE"), "@@GLOBAL.GTID_MODE: ON");
  EXPECT_EQ(run("SELECT @@GLOBAL.SERVER_UUID"), "@@GLOBAL.SERVER_UUID: 3e11fa47-71ca-11e1-9e33-c80aa9429562");
  accept(
      "SET @slave_uuid = '9fe3f5d4-e68d-11f1-aceb-02fc00000001', @replica_uuid = "
      "'9fe3f5d4-e68d-11f1-aceb-02fc00000001'");
  EXPECT_EQ(session_.user_variable("master_heartbeat_period"), "30000001024");
  EXPECT_EQ(session_.user_variable("replica_uuid"), "9fe3f5d4-e68d-11f1-aceb-02fc00000001");
}

TEST_F(ClientStatementsTest, MariadbReplica) {
  accept("SELECT UNIX_TIMESTAMP()");
  EXPECT_EQ(run("SHOW VARIABLES LIKE 'SERVER_ID'"), "Variable_name|Value: server_id|4711");
  accept({"SET @master_heartbeat_period= 30000001024", "SET @master_binlog_checksum= @@global.binlog_checksum"});
  EXPECT_EQ(run("SELECT @master_binlog_checksum"), "@master_binlog_checksum: CRC32");
  accept("SET @mariadb_slave_capability=4");
}

TEST_F(ClientStatementsTest, Zongji) {
  EXPECT_EQ(run("SELECT VERSION() AS version"), "version: 5.7.44-sluice");
  EXPECT_EQ(run("select @@GLOBAL.binlog_checksum as checksum"), "checksum: CRC32");
  accept({"set @master_binlog_checksum=@@global.binlog_checksum", "SHOW BINARY LOGS"});
  accept(
      "SELECT COLUMN_NAME, COLLATION_NAME, CHARACTER_SET_NAME, COLUMN_COMMENT, COLUMN_TYPE FROM "
      "INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA='d1' AND TABLE_NAME='t' ORDER BY ORDINAL_POSITION");
  EXPECT_EQ(server_.asked.size(), 1U);
}

TEST_F(ClientStatementsTest, Debezium) {
  EXPECT_EQ(run("show global variables like 'binlog_checksum'"), "Variable_name|Value: binlog_checksum|CRC32");
  accept("set @master_binlog_checksum= @@global.binlog_checksum");
  EXPECT_EQ(run("select @@server_id"), "@@server_id: 4711");
  EXPECT_EQ(run("SHOW GLOBAL VARIABLES LIKE 'GTID_MODE'"), "Variable_name|Value: gtid_mode|ON");
  EXPECT_EQ(run("SHOW GLOBAL VARIABLES LIKE 'binlog_row_image'"), "Variable_name|Value: binlog_row_image|FULL");
  EXPECT_EQ(run("SHOW GLOBAL VARIABLES LIKE 'binlog_format'"), "Variable_name|Value: binlog_format|ROW");
  accept({"SHOW VARIABLES", "SHOW VARIABLES WHERE Variable_name IN ('character_set_server','collation_server')",
          "SHOW VARIABLES WHERE Variable_name = 'sql_mode'", "SHOW SESSION STATUS LIKE 'Ssl_version'",
          "SHOW MASTER STATUS", "SHOW BINARY LOG STATUS", "SHOW BINARY LOGS", "SELECT @@global.gtid_purged",
          "SELECT GTID_SUBTRACT('', '')", "SHOW DATABASES", "USE `d1`;", "SHOW TABLE STATUS LIKE 't';",
          "SHOW FULL TABLES IN `d1` where Table_Type = 'BASE TABLE'", "SHOW CREATE TABLE `d1`.`t`",
          "SELECT schema_name, default_character_set_name, default_collation_name FROM information_schema.schemata",
          "SET SESSION lock_wait_timeout=10", "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ", "COMMIT"});
  EXPECT_NE(run("SHOW GRANTS FOR CURRENT_USER").find("REPLICATION CLIENT"), std::string::npos);
}

TEST_F(ClientStatementsTest, FlinkCdc) {
  EXPECT_EQ(run("SHOW GLOBAL VARIABLES LIKE 'binlog_row_value_options'"),
            "Variable_name|Value: binlog_row_value_options|");
  accept(
      {"SELECT TIME_TO_SEC(TIMEDIFF(NOW(), UTC_TIMESTAMP()))", "SELECT VERSION()", "SHOW VARIABLES LIKE 'server_id'"});
}

TEST_F(ClientStatementsTest, PythonMysqlReplication) {
  accept("SET AUTOCOMMIT = 0");
  EXPECT_EQ(run("SHOW GLOBAL VARIABLES LIKE 'BINLOG_CHECKSUM'"), "Variable_name|Value: binlog_checksum|CRC32");
  accept({"SET @master_binlog_checksum='CRC32'", "SET @mariadb_slave_capability=4",
          "SHOW VARIABLES LIKE 'BINLOG_ROW_METADATA'", "set @master_heartbeat_period=3000000000",
          "SET @slave_uuid= 'x'"});
}

TEST_F(ClientStatementsTest, Canal) {
  accept({"set wait_timeout=9999999", "set net_write_timeout=7200", "set net_read_timeout=7200", "set names 'binary'",
          "set @master_binlog_checksum= @@global.binlog_checksum", "set @slave_uuid=uuid()",
          "SET @mariadb_slave_capability='4'", "SET @master_heartbeat_period=15000000000"});
  EXPECT_EQ(run("show variables like 'binlog_format'"), "Variable_name|Value: binlog_format|ROW");
  EXPECT_EQ(run("show variables like 'binlog_row_image'"), "Variable_name|Value: binlog_row_image|FULL");
  EXPECT_EQ(run("select @@global.binlog_checksum"), "@@global.binlog_checksum: CRC32");
  EXPECT_EQ(run("select @master_binlog_checksum"), "@master_binlog_checksum: CRC32");
  EXPECT_EQ(run("show variables like 'server_id'"), "Variable_name|Value: server_id|4711");
  accept({"show master status", "show binary logs", "show databases", "show create table `d1`.`t`", "desc `d1`.`t`",
          "select @@version_comment", "show variables like 'gtid_mode'"});
  EXPECT_EQ(session_.user_variable("slave_uuid")->size(), 36U);
}

TEST_F(ClientStatementsTest, Maxwell) {
  EXPECT_EQ(run("SELECT @@server_id as server_id"), "server_id: 4711");
  EXPECT_EQ(run("SHOW VARIABLES LIKE 'log_bin'"), "Variable_name|Value: log_bin|ON");
  EXPECT_EQ(run("SHOW VARIABLES LIKE 'binlog_format'"), "Variable_name|Value: binlog_format|ROW");
  EXPECT_EQ(run("SHOW VARIABLES LIKE 'binlog_row_image'"), "Variable_name|Value: binlog_row_image|FULL");
  accept({"SHOW MASTER STATUS", "select @@lower_case_table_names", "SHOW VARIABLES LIKE 'gtid_mode'"});
}

TEST_F(ClientStatementsTest, GoMysql) {
  EXPECT_EQ(run("SHOW GLOBAL VARIABLES LIKE 'BINLOG_CHECKSUM'"), "Variable_name|Value: binlog_checksum|CRC32");
  EXPECT_EQ(run("SHOW VARIABLES LIKE 'rpl_semi_sync_master_enabled';"),
            "Variable_name|Value: rpl_semi_sync_master_enabled|ON");
  EXPECT_EQ(run("SHOW GLOBAL VARIABLES LIKE \"binlog_format\";"), "Variable_name|Value: binlog_format|ROW");
  accept({"SET @master_binlog_checksum='CRC32'", "SET @master_heartbeat_period=60000000000;"});
  accept(
      "SET @slave_uuid = '5b5a8b1c-d8ff-11e8-9f8b-f2801f1b9fd1', @replica_uuid = "
      "'5b5a8b1c-d8ff-11e8-9f8b-f2801f1b9fd1'");
  accept({"SHOW MASTER STATUS", "SET autocommit = 1", "SHOW FULL COLUMNS FROM `d1`.`t`", "SHOW INDEX FROM `d1`.`t`"});
}

TEST_F(ClientStatementsTest, ConnectorJ) {
  EXPECT_EQ(
      run("/* mysql-connector-java-8.0.30 (Revision: 1de2fe873fe26189564c030a343885011412976a) */SELECT  "
          "@@session.auto_increment_increment AS auto_increment_increment, @@character_set_client AS "
          "character_set_client, "
          "@@character_set_connection AS character_set_connection, @@character_set_results AS character_set_results, "
          "@@character_set_server AS character_set_server, @@collation_server AS collation_server, "
          "@@collation_connection AS "
          "collation_connection, @@init_connect AS init_connect, @@interactive_timeout AS interactive_timeout, "
          "@@license AS "
          "license, @@lower_case_table_names AS lower_case_table_names, @@max_allowed_packet AS max_allowed_packet, "
          "@@net_write_timeout AS net_write_timeout, @@performance_schema AS performance_schema, @@query_cache_size AS "
          "query_cache_size, @@query_cache_type AS query_cache_type, @@sql_mode AS sql_mode, @@system_time_zone AS "
          "system_time_zone, @@time_zone AS time_zone, @@transaction_isolation AS transaction_isolation, "
          "@@wait_timeout AS "
          "wait_timeout")
          .substr(0, 400),
      std::string("auto_increment_increment|character_set_client|character_set_connection|character_set_results|"
                  "character_set_server|collation_server|collation_connection|init_connect|interactive_timeout|license|"
                  "lower_case_table_names|max_allowed_packet|net_write_timeout|performance_schema|query_cache_size|"
                  "query_cache_type|sql_mode|system_time_zone|time_zone|transaction_isolation|wait_timeout: "
                  "1|utf8mb4|utf8mb4|utf8mb4|utf8mb4|utf8mb4_general_ci")
          .substr(0, 400));
  accept({"SET NAMES utf8mb4", "SET character_set_results = NULL", "SET autocommit=1", "SET autocommit=0",
          "SET sql_mode='STRICT_TRANS_TABLES'", "SHOW WARNINGS", "select @@session.transaction_read_only",
          "set session transaction read only", "SELECT @@session.transaction_isolation", "/* ping */ SELECT 1",
          "SET SESSION sql_select_limit=DEFAULT", "SHOW COLLATION", "rollback", "commit"});
  accept(
      "select c.COLLATION_NAME, c.CHARACTER_SET_NAME, c.ID, cs.MAXLEN, c.IS_DEFAULT='Yes' from "
      "INFORMATION_SCHEMA.COLLATIONS as c left join INFORMATION_SCHEMA.CHARACTER_SETS as cs on "
      "cs.CHARACTER_SET_NAME=c.CHARACTER_SET_NAME");
}

TEST_F(ClientStatementsTest, OldConnectorJ) {
  accept(
      "/* mysql-connector-java-5.1.46 ( Revision: 9cc87a48e75c2d2e87c1a293b2862ce651cb256e ) */SELECT  "
      "@@session.auto_increment_increment AS auto_increment_increment, @@character_set_client AS "
      "character_set_client, "
      "@@character_set_connection AS character_set_connection, @@character_set_results AS character_set_results, "
      "@@character_set_server AS character_set_server, @@collation_server AS collation_server, @@init_connect AS "
      "init_connect, @@interactive_timeout AS interactive_timeout, @@license AS license, @@lower_case_table_names AS "
      "lower_case_table_names, @@max_allowed_packet AS max_allowed_packet, @@net_buffer_length AS net_buffer_length, "
      "@@net_write_timeout AS net_write_timeout, @@have_query_cache AS have_query_cache, @@query_cache_size AS "
      "query_cache_size, @@query_cache_type AS query_cache_type, @@sql_mode AS sql_mode, @@system_time_zone AS "
      "system_time_zone, @@time_zone AS time_zone, @@tx_isolation AS tx_isolation, @@wait_timeout AS wait_timeout");
  accept({"SHOW WARNINGS", "SET NAMES utf8"});
}

TEST_F(ClientStatementsTest, MariadbConnectors) {
  EXPECT_EQ(run("SELECT @@max_allowed_packet, @@wait_timeout"),
            "@@max_allowed_packet|@@wait_timeout: 1073741824|28800");
  accept(
      "SELECT @@max_allowed_packet,@@system_time_zone,@@time_zone,@@auto_increment_increment,@@tx_isolation AS "
      "tx_isolation,@@session.tx_read_only AS tx_read_only");
  accept({"set autocommit=1, sql_mode = concat(@@sql_mode,',STRICT_TRANS_TABLES')",
          "set autocommit=1, session_track_schema=1, session_track_system_variables='auto_increment_increment'",
          "SET SESSION TRANSACTION READ WRITE", "SELECT @@time_zone, @@system_time_zone",
          "show status like 'wsrep_local_state'", "SELECT @@max_allowed_packet, @@wait_timeout, @@socket"});
}

TEST_F(ClientStatementsTest, CommandLineClients) {
  EXPECT_EQ(run("select @@version_comment limit 1"), "@@version_comment: Sluice");
  accept({"SELECT DATABASE()", "select USER()", "show databases", "SELECT DATABASE(), USER() LIMIT 1"});
  EXPECT_TRUE(run("select $$").starts_with("ERROR 1054"));
}

TEST_F(ClientStatementsTest, ProxyOfOceanbase) {
  accept({"set _show_ddl_in_compat_mode = 1;", "SET @@ob_query_timeout = 10000000, @@autocommit = 1",
          "SET ob_trx_lock_timeout=-1", "select gtid_subset('','')", "show variables like 'gtid_mode'"});
}

}  // namespace
}  // namespace sluice::answers
