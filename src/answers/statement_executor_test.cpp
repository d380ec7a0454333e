#include "answers/statement_executor.h"

#include <gtest/gtest.h>

#include "answers/session_for_test.h"

namespace sluice::answers {
namespace {

// Expressions --------------------------------------------------------------------------------------------------------

TEST_F(StatementExecutorTest, ExpressionsAsMysqlEvaluatesThem) {
  EXPECT_EQ(run("SELECT 1/0, 5%0, '5abc'+1, 'x'*2, NULL+1, 1<=>NULL, NULL IS NULL, 0.1+0.2, 1.0/3"),
            "1/0|5%0|'5abc'+1|'x'*2|NULL+1|1<=>NULL|NULL IS NULL|0.1+0.2|1.0/3: NULL|NULL|6|0|NULL|0|1|0.3|0.33333");
  EXPECT_EQ(
      run("SELECT 'a' IN ('b','A') a, 1 NOT IN (2,NULL) b, 2 BETWEEN 1 AND 3 c, 2 NOT BETWEEN 1 AND NULL d, 'ab' LIKE "
          "'A_' e, 'a%' LIKE 'a|%' ESCAPE '|' f, NOT 1 g, 1 IS TRUE h, NULL IS NOT FALSE i"),
      "a|b|c|d|e|f|g|h|i: 1|NULL|1|NULL|1|1|0|1|1");
  EXPECT_EQ(run("SELECT 10-3-2, 2+3*4, - -5, 1=1=1, 5>4>3, 'a' || 'b'"),
            "10-3-2|2+3*4|- -5|1=1=1|5>4>3|'a' || 'b': 5|14|5|1|0|0");
  EXPECT_EQ(error("SELECT 9223372036854775807+1"), "1690 BIGINT value is out of range in '(9223372036854775807 + 1)'");
}

TEST_F(StatementExecutorTest, ColumnTypes) {
  EXPECT_EQ(type("SELECT 1"), SqlColumn::Type::integer);
  EXPECT_EQ(type("SELECT @@server_id"), SqlColumn::Type::unsigned_integer);
  EXPECT_EQ(type("SELECT 1.5"), SqlColumn::Type::real);
  EXPECT_EQ(type("SELECT 1e0"), SqlColumn::Type::real);
  EXPECT_EQ(type("SELECT NULL"), SqlColumn::Type::text);
  EXPECT_EQ(type("SELECT @@gtid_mode"), SqlColumn::Type::text);
  EXPECT_EQ(type("SELECT @@log_bin"), SqlColumn::Type::integer);
}

TEST_F(StatementExecutorTest, Functions) {
  EXPECT_EQ(value("SELECT VERSION()"), "5.7.44-sluice");
  EXPECT_EQ(value("SELECT CONNECTION_ID()"), "7");
  EXPECT_EQ(value("SELECT USER()"), "u@192.0.2.9");
  EXPECT_EQ(value("SELECT CURRENT_USER"), "u@%");
  EXPECT_EQ(value("SELECT DATABASE()"), "NULL");
  EXPECT_EQ(value("SELECT CONCAT('a', 1, 1.50)"), "a11.50");
  EXPECT_EQ(value("SELECT CONCAT('a', NULL)"), "NULL");
  EXPECT_EQ(value("SELECT CONCAT_WS(',', 'a', NULL, 'b')"), "a,b");
  EXPECT_EQ(value("SELECT IF('a',1,2)"), "2");
  EXPECT_EQ(value("SELECT IF(0.5,1,2)"), "1");
  EXPECT_EQ(value("SELECT IFNULL(NULL,5)"), "5");
  EXPECT_EQ(value("SELECT COALESCE(NULL,NULL)"), "NULL");
  EXPECT_EQ(value("SELECT NULLIF(1,1)"), "NULL");
  EXPECT_EQ(value("SELECT UPPER('aé')"), "Aé");
  EXPECT_EQ(value("SELECT UUID() LIKE '________-____-4___-____-____________'"), "1");
  EXPECT_EQ(error("SELECT VERSION(1)"), "1582 Incorrect parameter count in the call to native function 'VERSION'");
  EXPECT_EQ(error("SELECT IF(1,2)"), "1582 Incorrect parameter count in the call to native function 'IF'");
  EXPECT_EQ(error("SELECT SLEEP(5)"), "1305 FUNCTION SLEEP does not exist");
  EXPECT_EQ(error("SELECT foo"), "1054 Unknown column 'foo' in 'field list'");
  EXPECT_EQ(error("select $$"), "1054 Unknown column '$$' in 'field list'");
}

TEST_F(StatementExecutorTest, Times) {
  run("SET time_zone='+08:00'");
  EXPECT_EQ(value("SELECT NOW() LIKE '____-__-__ __:__:__'"), "1");
  EXPECT_EQ(value("SELECT NOW(3) LIKE '____-__-__ __:__:__.___'"), "1");
  EXPECT_EQ(error("SELECT NOW(7)"), "1426 Too-big precision 7 specified for 'now'. Maximum is 6.");
  EXPECT_EQ(value("SELECT TIME_TO_SEC(TIMEDIFF(NOW(), UTC_TIMESTAMP()))"), "28800");
  EXPECT_EQ(value("SELECT TIMEDIFF(NOW(), UTC_TIMESTAMP())"), "08:00:00");
  run("SET time_zone='-03:30'");
  EXPECT_EQ(value("SELECT TIMEDIFF(NOW(), UTC_TIMESTAMP())"), "-03:30:00");
  EXPECT_EQ(value("SELECT TIMEDIFF('2020-01-02 00:00:00.5','2020-01-01 12:00:00')"), "12:00:00.5");
  EXPECT_EQ(value("SELECT TIMEDIFF('2020-01-02 00:00:00','2010-01-01 12:00:00')"), "838:59:59");
  EXPECT_EQ(value("SELECT TIMEDIFF('2020-01-02 00:00:00','12:00:00')"), "NULL");
  EXPECT_EQ(value("SELECT TIME_TO_SEC('-08:00:00')"), "-28800");
  EXPECT_EQ(value("SELECT TIME_TO_SEC('x')"), "NULL");
  EXPECT_EQ(value("SELECT UNIX_TIMESTAMP() > 1700000000"), "1");
}

TEST_F(StatementExecutorTest, Limit) {
  EXPECT_EQ(run("SELECT 1 LIMIT 0"), "1");
  EXPECT_EQ(run("SELECT 1 LIMIT 1"), "1: 1");
  EXPECT_EQ(run("SELECT 1 LIMIT 1, 5"), "1");
}

// Prepared by text ---------------------------------------------------------------------------------------------------

TEST_F(StatementExecutorTest, PreparedByText) {
  EXPECT_EQ(run("PREPARE s FROM 'SELECT ? + 1 AS a, ?'"), "ok");
  run("SET @x = 4, @y = 'it''s'");
  EXPECT_EQ(run("EXECUTE S USING @x, @y"), "a|?: 5|it's");
  EXPECT_EQ(error("EXECUTE s USING @x"), "1210 Incorrect arguments to EXECUTE");
  EXPECT_EQ(run("EXECUTE s USING @y, @unset"), "a|?: 1|NULL");
  EXPECT_EQ(run("DEALLOCATE PREPARE s"), "ok");
  EXPECT_EQ(error("EXECUTE s"), "1243 Unknown prepared statement handler (s) given to EXECUTE");
  EXPECT_EQ(error("DROP PREPARE s"), "1243 Unknown prepared statement handler (s) given to DEALLOCATE PREPARE");
}

TEST_F(StatementExecutorTest, PreparedByTextFromAVariable) {
  run("SET @t = 'SELECT 7'");
  EXPECT_EQ(run("PREPARE s FROM @t"), "ok");
  EXPECT_EQ(run("EXECUTE s"), "7: 7");
  EXPECT_TRUE(error("PREPARE s FROM @nothing").starts_with("1064"));
  EXPECT_TRUE(error("EXECUTE s").starts_with("1243")) << "the old one is gone";
}

TEST_F(StatementExecutorTest, PreparedByTextHasLimits) {
  EXPECT_TRUE(error("PREPARE s FROM 'EXECUTE s'").starts_with("1295"));
  EXPECT_TRUE(error("PREPARE s FROM 'INSERT INTO t VALUES (1)'").starts_with("1235"));
  for (std::size_t i = 0; i < PreparedStatements::count_max; ++i) {
    EXPECT_EQ(run("PREPARE s" + std::to_string(i) + " FROM 'SELECT 1'"), "ok");
  }
  EXPECT_TRUE(error("PREPARE one_more FROM 'SELECT 1'").starts_with("1461"));
  EXPECT_EQ(run("PREPARE s0 FROM 'SELECT 2'"), "ok");
  session_.reset();
  EXPECT_TRUE(error("EXECUTE s0").starts_with("1243"));
}

TEST_F(StatementExecutorTest, PreparedByTextMayBlockAsWhatItRuns) {
  run("PREPARE s FROM 'SELECT 1 FROM information_schema.tables WHERE table_name = ?'");
  EXPECT_TRUE(session_.may_block("EXECUTE s USING @a"));
  EXPECT_FALSE(session_.may_block("EXECUTE other"));
}

// GTIDs --------------------------------------------------------------------------------------------------------------

TEST_F(StatementExecutorTest, GtidFunctions) {
  EXPECT_EQ(
      value("SELECT "
            "GTID_SUBSET('3E11FA47-71CA-11E1-9E33-C80AA9429562:3-5:9','3E11FA47-71CA-11E1-9E33-C80AA9429562:1-10')"),
      "1");
  EXPECT_EQ(
      value("SELECT "
            "GTID_SUBSET('3E11FA47-71CA-11E1-9E33-C80AA9429562:3-11','3E11FA47-71CA-11E1-9E33-C80AA9429562:1-10')"),
      "0");
  EXPECT_EQ(value("SELECT GTID_SUBSET(NULL,'')"), "NULL");
  EXPECT_EQ(error("SELECT GTID_SUBSET('x','')"), "1772 Malformed GTID set specification 'x'.");
  EXPECT_EQ(error("SELECT GTID_SUBSET('')"),
            "1582 Incorrect parameter count in the call to native function 'GTID_SUBSET'");
  EXPECT_EQ(
      value("SELECT "
            "GTID_SUBTRACT('3E11FA47-71CA-11E1-9E33-C80AA9429562:1-10:15','3E11FA47-71CA-11E1-9E33-C80AA9429562:3-5')"),
      "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-2:6-10:15");
  EXPECT_EQ(
      value("SELECT "
            "GTID_SUBTRACT('3E11FA47-71CA-11E1-9E33-C80AA9429562:1-10,4E11FA47-71CA-11E1-9E33-C80AA9429562:1','')"),
      "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-10,\n4e11fa47-71ca-11e1-9e33-c80aa9429562:1");
}

// The log ------------------------------------------------------------------------------------------------------------

TEST_F(StatementExecutorTest, MasterStatus) {
  const std::string columns = "File|Position|Binlog_Do_DB|Binlog_Ignore_DB|Executed_Gtid_Set";
  EXPECT_EQ(run("SHOW MASTER STATUS"), columns);
  binlog::GtidSet previous;
  previous.add({{*binlog::parse_uuid("4e11fa47-71ca-11e1-9e33-c80aa9429562"), ""}, 5});
  server_.open_file(3, previous);
  server_.add_transaction(gtid(1));
  const std::string end = std::to_string(server_.log().end().offset);
  EXPECT_EQ(run("SHOW MASTER STATUS"),
            columns + ": mysql-bin.000003|" + end +
                "|||3e11fa47-71ca-11e1-9e33-c80aa9429562:1,\n4e11fa47-71ca-11e1-9e33-c80aa9429562:5");
  EXPECT_EQ(run("show binary log status"), run("SHOW MASTER STATUS"));
  EXPECT_EQ(run("SHOW BINARY LOGS"), "Log_name|File_size: mysql-bin.000003|" + end);
  EXPECT_EQ(value("SELECT @@global.gtid_purged"), "4e11fa47-71ca-11e1-9e33-c80aa9429562:5");
  EXPECT_EQ(value("SELECT @@gtid_executed"),
            "3e11fa47-71ca-11e1-9e33-c80aa9429562:1,\n4e11fa47-71ca-11e1-9e33-c80aa9429562:5");
  server_.version = "8.0.35";
  EXPECT_EQ(run("SHOW MASTER LOGS"), "Log_name|File_size|Encrypted: mysql-bin.000003|" + end + "|No");
}

TEST_F(StatementExecutorTest, BinaryLogsOfAnEmptyLog) {
  EXPECT_EQ(run("SHOW BINARY LOGS"), "Log_name|File_size");
}

// Variables ----------------------------------------------------------------------------------------------------------

TEST_F(StatementExecutorTest, SystemVariables) {
  EXPECT_EQ(
      run("SELECT @@server_id, @@GLOBAL.Server_Uuid, @@gtid_mode, @@log_bin, @@binlog_format, @@binlog_checksum, "
          "@@max_binlog_size, @@lower_case_table_names, @@long_query_time, @@character_set_results"),
      "@@server_id|@@GLOBAL.Server_Uuid|@@gtid_mode|@@log_bin|@@binlog_format|@@binlog_checksum|@@max_binlog_size|"
      "@@lower_case_table_names|@@long_query_time|@@character_set_results: "
      "4711|3e11fa47-71ca-11e1-9e33-c80aa9429562|ON|1|ROW|CRC32|536870912|0|10.000000|utf8mb4");
  EXPECT_EQ(run("SELECT @@sluice_capture_state, @@sluice_capture_source, @@sluice_capture_error"),
            "@@sluice_capture_state|@@sluice_capture_source|@@sluice_capture_error: capturing|192.0.2.7:3306|");
  EXPECT_TRUE(value("SELECT @@log_bin_basename").ends_with("/mysql-bin"));
  EXPECT_TRUE(value("SELECT @@log_bin_index").ends_with("/mysql-bin.index"));
  EXPECT_EQ(value("SELECT @@pseudo_thread_id"), "7");
  EXPECT_EQ(value("SELECT @@proxy_user"), "NULL");
}

TEST_F(StatementExecutorTest, SystemVariablesThatCannotBeRead) {
  EXPECT_EQ(error("SELECT @@nosuch"), "1193 Unknown system variable 'nosuch'");
  EXPECT_EQ(error("SELECT @@session.server_id"), "1238 Variable 'server_id' is a GLOBAL variable");
  EXPECT_EQ(error("SELECT @@global.gtid_next"), "1238 Variable 'gtid_next' is a SESSION variable");
  EXPECT_EQ(error("SELECT @@rpl_semi_sync_slave_enabled"),
            "1193 Unknown system variable 'rpl_semi_sync_slave_enabled'");
}

TEST_F(StatementExecutorTest, SystemVariablesThatCannotBeSet) {
  EXPECT_EQ(run("SET nosuch=1"), "ERROR 1193 (HY000): Unknown system variable 'nosuch'");
  EXPECT_EQ(run("SET server_uuid='x'"), "ERROR 1238 (HY000): Variable 'server_uuid' is a read only variable");
  EXPECT_EQ(run("SET GLOBAL sluice_capture_state='x'"),
            "ERROR 1238 (HY000): Variable 'sluice_capture_state' is a read only variable");
  EXPECT_EQ(run("SET server_id=5"),
            "ERROR 1229 (HY000): Variable 'server_id' is a GLOBAL variable and should be set with SET GLOBAL");
  EXPECT_EQ(run("SET GLOBAL gtid_next='AUTOMATIC'"),
            "ERROR 1228 (HY000): Variable 'gtid_next' is a SESSION variable and can't be used with SET GLOBAL");
  EXPECT_EQ(run("SET GLOBAL wait_timeout=5"),
            "ERROR 1227 (42000): Access denied; you need (at least one of) the SUPER or SYSTEM_VARIABLES_ADMIN "
            "privilege(s) for this operation");
  EXPECT_EQ(run("SET PERSIST wait_timeout=5").substr(0, 10), "ERROR 1227");
  EXPECT_EQ(
      run("SET max_allowed_packet=1024"),
      "ERROR 1621 (HY000): SESSION variable 'max_allowed_packet' is read-only. Use SET GLOBAL to assign the value");
}

TEST_F(StatementExecutorTest, SystemVariablesCheckTheirValues) {
  EXPECT_EQ(error("SET autocommit='foo'"), "1231 Variable 'autocommit' can't be set to the value of 'foo'");
  EXPECT_EQ(error("SET autocommit=7"), "1231 Variable 'autocommit' can't be set to the value of '7'");
  EXPECT_EQ(error("SET autocommit=NULL"), "1231 Variable 'autocommit' can't be set to the value of 'NULL'");
  EXPECT_EQ(error("SET autocommit=1.5"), "1232 Incorrect argument type to variable 'autocommit'");
  EXPECT_EQ(error("SET wait_timeout='abc'"), "1232 Incorrect argument type to variable 'wait_timeout'");
  EXPECT_EQ(error("SET wait_timeout=foo"), "1232 Incorrect argument type to variable 'wait_timeout'");
  EXPECT_EQ(error("SET wait_timeout=NULL"), "1232 Incorrect argument type to variable 'wait_timeout'");
  EXPECT_EQ(error("SET binlog_format='STATEMENT'"),
            "1231 Variable 'binlog_format' can't be set to the value of 'STATEMENT'");
  EXPECT_EQ(error("SET sql_mode='ANSI,FOO'"), "1231 Variable 'sql_mode' can't be set to the value of 'FOO'");
  EXPECT_EQ(error("SET time_zone='Foo/Bar'"), "1298 Unknown or incorrect time zone: 'Foo/Bar'");
  EXPECT_EQ(error("SET time_zone='+14:01'"), "1298 Unknown or incorrect time zone: '+14:01'");
  EXPECT_EQ(error("SET NAMES foo"), "1115 Unknown character set: 'foo'");
  EXPECT_EQ(error("SET NAMES utf8mb4 COLLATE foo"), "1273 Unknown collation: 'foo'");
  EXPECT_EQ(error("SET NAMES utf8mb4 COLLATE latin1_bin"),
            "1253 COLLATION 'latin1_bin' is not valid for CHARACTER SET 'utf8mb4'");
  EXPECT_EQ(error("SET NAMES ucs2"), "1231 Variable 'character_set_client' can't be set to the value of 'ucs2'");
  EXPECT_EQ(error("SET character_set_client=NULL"),
            "1231 Variable 'character_set_client' can't be set to the value of 'NULL'");
}

TEST_F(StatementExecutorTest, NumbersOutOfRangeAreMovedIntoIt) {
  EXPECT_EQ(run("SET wait_timeout=0"), "ok, 1 warnings");
  EXPECT_EQ(run("SHOW WARNINGS"), "Level|Code|Message: Warning|1292|Truncated incorrect wait_timeout value: '0'");
  EXPECT_EQ(run("SHOW COUNT(*) WARNINGS"), "@@session.warning_count: 1");
  EXPECT_EQ(value("SELECT @@wait_timeout"), "1");
  EXPECT_EQ(run("SHOW WARNINGS"), "Level|Code|Message");
  run("SET sql_mode='STRICT_ALL_TABLES'");
  EXPECT_EQ(error("SET wait_timeout=-1"), "1231 Variable 'wait_timeout' can't be set to the value of '-1'");
}

TEST_F(StatementExecutorTest, SessionVariables) {
  run("SET autocommit=off, @@session.wait_timeout=9999999, SESSION net_read_timeout=5");
  EXPECT_EQ(run("SELECT @@autocommit, @@wait_timeout, @@global.wait_timeout"),
            "@@autocommit|@@wait_timeout|@@global.wait_timeout: 0|9999999|28800");
  EXPECT_EQ(run("SHOW VARIABLES LIKE 'autocommit'"), "Variable_name|Value: autocommit|OFF");
  EXPECT_EQ(run("SHOW GLOBAL VARIABLES LIKE 'autocommit'"), "Variable_name|Value: autocommit|ON");
  run("SET wait_timeout=DEFAULT");
  EXPECT_EQ(value("SELECT @@wait_timeout"), "28800");
  run("SET tx_isolation='READ-COMMITTED'");
  EXPECT_EQ(value("SELECT @@transaction_isolation"), "READ-COMMITTED");
  run("SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY");
  EXPECT_EQ(run("SELECT @@tx_isolation, @@tx_read_only"), "@@tx_isolation|@@tx_read_only: SERIALIZABLE|1");
  EXPECT_EQ(run("SET TRANSACTION READ WRITE"), "ok");
  EXPECT_EQ(value("SELECT @@transaction_read_only"), "1");
  EXPECT_EQ(error("SET GLOBAL TRANSACTION READ ONLY").substr(0, 4), "1227");
  run("SET time_zone='+8:00'");
  EXPECT_EQ(value("SELECT @@time_zone"), "+08:00");
}

TEST_F(StatementExecutorTest, SqlModeChangesHowStatementsAreRead) {
  EXPECT_EQ(value("SELECT \"a\""), "a");
  run("SET sql_mode=ANSI");
  EXPECT_EQ(value("SELECT @@sql_mode"),
            "REAL_AS_FLOAT,PIPES_AS_CONCAT,ANSI_QUOTES,IGNORE_SPACE,ONLY_FULL_GROUP_BY,ANSI");
  EXPECT_EQ(error("SELECT \"a\""), "1054 Unknown column 'a' in 'field list'");
  EXPECT_EQ(value("SELECT 'a' || 'b'"), "ab");
  run("SET sql_mode=CONCAT(@@sql_mode,',NO_BACKSLASH_ESCAPES')");
  EXPECT_EQ(value("SELECT 'a\\'"), "a\\");
  run("SET sql_mode=4");
  EXPECT_EQ(value("SELECT @@sql_mode"), "ANSI_QUOTES");
  run("SET sql_mode=''");
  EXPECT_EQ(value("SELECT @@sql_mode"), "");
}

TEST_F(StatementExecutorTest, NamesAndCollations) {
  const std::string_view all =
      "SELECT CONCAT_WS(',', @@character_set_client, @@character_set_connection, @@character_set_results, "
      "@@collation_connection)";
  EXPECT_EQ(value(all), "utf8mb4,utf8mb4,utf8mb4,utf8mb4_general_ci");
  run("SET NAMES latin1");
  EXPECT_EQ(value(all), "latin1,latin1,latin1,latin1_swedish_ci");
  run("SET NAMES 'utf8mb4' COLLATE 'utf8mb4_unicode_ci'");
  EXPECT_EQ(value(all), "utf8mb4,utf8mb4,utf8mb4,utf8mb4_unicode_ci");
  run("set names 'binary'");
  EXPECT_EQ(value(all), "binary,binary,binary,binary");
  run("SET CHARACTER SET gbk");
  EXPECT_EQ(value(all), "gbk,utf8mb4,gbk,utf8mb4_general_ci");
  run("SET collation_connection=utf8_bin");
  EXPECT_EQ(value("SELECT @@character_set_connection"), "utf8");
  run("SET NAMES DEFAULT");
  EXPECT_EQ(value(all), "utf8mb4,utf8mb4,utf8mb4,utf8mb4_general_ci");
  run("SET character_set_results = NULL");
  EXPECT_EQ(value("SELECT @@character_set_results"), "NULL");
  EXPECT_EQ(run("SHOW VARIABLES LIKE 'character_set_results'"), "Variable_name|Value: character_set_results|");
}

TEST_F(StatementExecutorTest, UserVariables) {
  EXPECT_EQ(value("SELECT @x"), "NULL");
  EXPECT_EQ(run("SET @a=1, @b=@a"), "ok");
  EXPECT_EQ(run("SELECT @a, @b"), "@a|@b: 1|NULL");
  run("SET @a=2, @b=@a");
  EXPECT_EQ(run("SELECT @A, @`b`"), "@A|@`b`: 2|1");
  EXPECT_EQ(session_.user_variable("a"), "2");
  EXPECT_EQ(session_.user_variable("x"), std::nullopt);
}

TEST_F(StatementExecutorTest, SetIsDoneAsAWholeOrNotAtAll) {
  EXPECT_EQ(error("SET @a=1, wait_timeout='x'").substr(0, 4), "1232");
  EXPECT_EQ(value("SELECT @a"), "NULL");
}

TEST_F(StatementExecutorTest, UserVariablesAndWorkHaveLimits) {
  for (std::size_t i = 0; i < UserVariables::count_max; ++i) {
    ASSERT_EQ(run("SET @v" + std::to_string(i) + "=1"), "ok");
  }
  EXPECT_EQ(error("SET @more=1").substr(0, 4), "1235");
  EXPECT_EQ(run("SET @v0=2"), "ok");
  run("SET @v1 = '" + std::string(900000, 'x') + "'");
  EXPECT_EQ(error("SET @v2 = CONCAT(@v1, @v1)").substr(0, 4), "1301");
  std::string wide = "SELECT @v1";
  for (int i = 0; i < 20; ++i) {
    wide += ", @v1";
  }
  EXPECT_EQ(error(wide).substr(0, 4), "1153");
  std::string busy = "SELECT 1";
  for (int i = 0; i < 200; ++i) {
    busy += ", @v1 = 'a'";
  }
  EXPECT_EQ(error(busy).substr(0, 4), "1235");
  EXPECT_EQ(error("SELECT @v1 LIKE @v1").substr(0, 4), "1235");
}

// SHOW ---------------------------------------------------------------------------------------------------------------

TEST_F(StatementExecutorTest, ShowVariablesWithPatterns) {
  EXPECT_EQ(run("SHOW VARIABLES LIKE 'log\\_bin'"), "Variable_name|Value: log_bin|ON");
  EXPECT_EQ(run("SHOW VARIABLES LIKE 'BINLOG\\_ROW\\_%e%'"),
            "Variable_name|Value: binlog_row_event_max_size|8192; binlog_row_image|FULL; binlog_row_metadata|FULL; "
            "binlog_row_value_options|");
  EXPECT_EQ(run("SHOW GLOBAL VARIABLES LIKE 'gtid_next'"), "Variable_name|Value");
  EXPECT_EQ(run("SHOW SESSION VARIABLES LIKE 'gtid_next'"), "Variable_name|Value: gtid_next|AUTOMATIC");
  EXPECT_EQ(run("SHOW VARIABLES LIKE 'rpl_semi_sync_slave_enabled';"), "Variable_name|Value");
}

TEST_F(StatementExecutorTest, ShowVariablesWithConditions) {
  EXPECT_EQ(run("SHOW VARIABLES WHERE Variable_name IN ('character_set_server','collation_server')"),
            "Variable_name|Value: character_set_server|utf8mb4; collation_server|utf8mb4_general_ci");
  EXPECT_EQ(run("SHOW VARIABLES WHERE `variable_name` = 'server_id' AND value > 5"),
            "Variable_name|Value: server_id|4711");
  EXPECT_EQ(run("SHOW VARIABLES WHERE Variable_name LIKE 'tx\\_%' OR Value = 'ROW'"),
            "Variable_name|Value: binlog_format|ROW; tx_isolation|REPEATABLE-READ; tx_read_only|OFF");
  EXPECT_EQ(error("SHOW VARIABLES WHERE foo=1"), "1054 Unknown column 'foo' in 'where clause'");
}

TEST_F(StatementExecutorTest, VariablesOfThisServerAndItsSource) {
  server_.capture.rows_query_events = true;
  EXPECT_EQ(run("SELECT @@port, @@binlog_row_metadata, @@binlog_rows_query_log_events"),
            "@@port|@@binlog_row_metadata|@@binlog_rows_query_log_events: 8100|FULL|1");
  EXPECT_EQ(run_as({.tls = true, .tls_version = "TLSv1.3", .tls_cipher = "X"}, "SHOW STATUS LIKE 'Ssl%'"),
            "Variable_name|Value: Ssl_cipher|X; Ssl_version|TLSv1.3");
}

TEST_F(StatementExecutorTest, ShowStatus) {
  EXPECT_EQ(run("SHOW GLOBAL STATUS LIKE 'sluice%'"),
            "Variable_name|Value: sluice_capture_error|; sluice_capture_source|192.0.2.7:3306; "
            "sluice_capture_state|capturing");
  EXPECT_EQ(run("SHOW SESSION STATUS LIKE 'Ssl_version'"), "Variable_name|Value: Ssl_version|");
  EXPECT_EQ(run("show status like 'wsrep_local_state'"), "Variable_name|Value");
}

TEST_F(StatementExecutorTest, OtherShows) {
  EXPECT_EQ(run("SHOW GRANTS FOR CURRENT_USER"),
            "Grants for u@%: GRANT SELECT, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO `u`@`%`");
  run("nonsense");
  EXPECT_TRUE(run("SHOW ERRORS").starts_with("Level|Code|Message: Error|1064|You have an error"));
  EXPECT_EQ(value("SHOW COUNT(*) ERRORS"), "1");
}

// The tenant ---------------------------------------------------------------------------------------------------------

TEST_F(StatementExecutorTest, QuestionsForTheTenant) {
  EXPECT_EQ(run("SHOW DATABASES"), "a: 1; NULL");
  run("USE d1");
  run("SHOW TABLE STATUS LIKE 't';");
  run("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema=DATABASE()");
  EXPECT_EQ(server_.asked,
            (std::vector<std::string>{"SHOW DATABASES", "SHOW TABLE STATUS FROM `d1` LIKE 't'",
                                      "SELECT /*+ MAX_EXECUTION_TIME(10000) QUERY_TIMEOUT(10000000) */ COUNT( * ) FROM "
                                      "`information_schema`.`tables` WHERE table_schema = 'd1'"}));
}

TEST_F(StatementExecutorTest, ErrorsOfTheTenant) {
  server_.tenant_answer = fail(ErrorKind::refused, "Table 'd1.t' doesn't exist", 1146);
  EXPECT_EQ(run("SHOW CREATE TABLE d1.t"), "ERROR 1146 (42S02): Table 'd1.t' doesn't exist");
  server_.tenant_answer = fail(ErrorKind::io, "connection refused", 111);
  EXPECT_EQ(run("SHOW CREATE TABLE d1.t"), "ERROR 1105 (HY000): cannot ask the tenant database: connection refused");
  server_.tenant_answer = TenantRows{};
  EXPECT_EQ(run("SHOW DATABASES").substr(0, 10), "ERROR 1105");
}

TEST_F(StatementExecutorTest, Databases) {
  EXPECT_EQ(run("USE `a b`"), "ok");
  EXPECT_EQ(value("SELECT DATABASE()"), "a b");
  EXPECT_EQ(shown(session_.use_database("x")), "ok");
  EXPECT_EQ(value("SELECT SCHEMA()"), "x");
  EXPECT_EQ(shown(session_.use_database("")), "ERROR 1049 (42000): Unknown database ''");
  EXPECT_EQ(shown(session_.use_database("\xFF")).substr(0, 10), "ERROR 1049");
  EXPECT_EQ(error("SHOW TABLES FROM"),
            "1064 You have an error in your SQL syntax; check the manual that corresponds to your "
            "MySQL server version for the right syntax to use near '' at line 1");
}

TEST_F(StatementExecutorTest, NothingIsAcceptedAndIgnored) {
  EXPECT_EQ(run("INSERT INTO t VALUES (1)"),
            "ERROR 1235 (42000): This version of MySQL doesn't yet support 'INSERT on a Binlog instance'");
  EXPECT_EQ(run("FOO").substr(0, 18), "ERROR 1064 (42000)");
  EXPECT_EQ(run(""), "ERROR 1065 (42000): Query was empty");
  for (const char* sql : {"BEGIN", "START TRANSACTION", "COMMIT", "ROLLBACK"}) {
    EXPECT_EQ(run(sql), "ok");
  }
}

// Prepared statements ------------------------------------------------------------------------------------------------

TEST_F(StatementExecutorTest, PreparedStatements) {
  const auto prepared = session_.prepare("SELECT GTID_SUBTRACT(?, ?), ?");
  ASSERT_TRUE(prepared);
  EXPECT_EQ(prepared->parameter_count, 3);
  EXPECT_FALSE(session_.may_block_prepared(prepared->id));
  const std::vector<SqlParameter> parameters = {std::string(uuid) + ":1-5", std::string(uuid) + ":2", std::monostate()};
  EXPECT_EQ(shown(session_.execute_prepared(prepared->id, parameters)),
            "GTID_SUBTRACT(?, ?)|?: 3e11fa47-71ca-11e1-9e33-c80aa9429562:1:3-5|NULL");
  session_.close_prepared(prepared->id);
  session_.close_prepared(prepared->id);
  EXPECT_EQ(shown(session_.execute_prepared(prepared->id, parameters)).substr(0, 18), "ERROR 1243 (HY000)");
}

TEST_F(StatementExecutorTest, PreparedQuestionsForTheTenant) {
  const auto prepared = session_.prepare(
      "SELECT COLUMN_NAME FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA=? AND TABLE_NAME=? ORDER BY "
      "ORDINAL_POSITION");
  ASSERT_TRUE(prepared);
  EXPECT_TRUE(session_.may_block_prepared(prepared->id));
  const std::vector<SqlParameter> parameters = {"d1", "t' OR 1=1 -- \\"};
  EXPECT_EQ(shown(session_.execute_prepared(prepared->id, parameters)), "a: 1; NULL");
  EXPECT_EQ(server_.asked.back(),
            "SELECT /*+ MAX_EXECUTION_TIME(10000) QUERY_TIMEOUT(10000000) */ COLUMN_NAME FROM "
            "`INFORMATION_SCHEMA`.`COLUMNS` WHERE TABLE_SCHEMA = 'd1' AND TABLE_NAME = "
            "'t'' OR 1=1 -- \\\\' ORDER BY ORDINAL_POSITION");
}

TEST_F(StatementExecutorTest, PreparedNumbersKeepTheirTypes) {
  const auto prepared = session_.prepare("SELECT ?, ?, ?");
  ASSERT_TRUE(prepared);
  const std::vector<SqlParameter> parameters = {std::int64_t{-5}, std::uint64_t{18446744073709551615U}, 1.5};
  const auto result = session_.execute_prepared(prepared->id, parameters);
  const auto& rows = std::get<SqlRows>(result);
  EXPECT_EQ(rows.columns[0].type, SqlColumn::Type::integer);
  EXPECT_EQ(rows.columns[1].type, SqlColumn::Type::unsigned_integer);
  EXPECT_EQ(rows.columns[2].type, SqlColumn::Type::real);
  EXPECT_EQ(shown(result), "?|?|?: -5|18446744073709551615|1.5");
}

TEST_F(StatementExecutorTest, PreparedStatementsHaveLimits) {
  EXPECT_EQ(session_.prepare("INSERT INTO t VALUES (?)").error().code, 1235);
  EXPECT_EQ(session_.prepare("SELECT '").error().code, 1064);
  for (std::size_t i = 0; i < PreparedStatements::count_max; ++i) {
    ASSERT_TRUE(session_.prepare("SELECT 1"));
  }
  EXPECT_EQ(session_.prepare("SELECT 1").error().code, 1461);
}

// The session --------------------------------------------------------------------------------------------------------

TEST_F(StatementExecutorTest, ResetForgetsAllButTheDatabase) {
  run("SET @a=1, autocommit=0");
  run("USE d1");
  const auto prepared = session_.prepare("SELECT 1");
  session_.reset();
  EXPECT_EQ(run("SELECT @a, @@autocommit, DATABASE()"), "@a|@@autocommit|DATABASE(): NULL|1|d1");
  EXPECT_EQ(shown(session_.execute_prepared(prepared->id, {})).substr(0, 10), "ERROR 1243");
}

TEST_F(StatementExecutorTest, AnotherClient) {
  run("SET @a=1");
  session_.change_client({.connection_id = 8, .user = "v", .host = "192.0.2.10", .database = "d2", .tls = false});
  EXPECT_EQ(run("SELECT @a, USER(), CONNECTION_ID(), DATABASE()"),
            "@a|USER()|CONNECTION_ID()|DATABASE(): NULL|v@192.0.2.10|8|d2");
}

}  // namespace
}  // namespace sluice::answers
