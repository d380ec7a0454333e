#include "sql/parser.h"

#include <gtest/gtest.h>

namespace sluice::sql {
namespace {

Error error_of(std::string_view text, const ParseRules& rules = {}) {
  auto statement = parse_statement(text, rules);
  EXPECT_FALSE(statement) << text;
  return statement ? Error{} : statement.error();
}

template <typename Kind>
Kind parsed(std::string_view text, const ParseRules& rules = {}) {
  auto statement = parse_statement(text, rules);
  EXPECT_TRUE(statement) << text << ": " << statement.error().message;
  if (!statement || !std::holds_alternative<Kind>(*statement)) {
    ADD_FAILURE() << text << " is another kind of statement";
    return {};
  }
  return std::get<Kind>(std::move(*statement));
}

std::string columns(std::string_view text) {
  std::string result;
  for (const auto& item : parsed<Select>(text).items) {
    result += (result.empty() ? "" : "|") + item.column;
  }
  return result;
}

// Column names as MySQL 9.7 gives them.
TEST(Parser, ColumnsAreNamedAsWritten) {
  EXPECT_EQ(columns("SELECT 'a' 'b', N'x', \"q\", _utf8'h', x'4142', 0x4143, @@GLOBAL.Server_ID, @x, @`a b`"),
            "a|x|q|h|x'4142'|0x4143|@@GLOBAL.Server_ID|@x|@`a b`");
  EXPECT_EQ(columns("select null, true, version ( ), 1.5, 1e3, 10 DIV 4, -5, (1)"),
            "NULL|TRUE|version ( )|1.5|1e3|10 DIV 4|-5|1");
  EXPECT_EQ(columns("SELECT /* c */ 1 /* d */ + /* e */ 1 /* f */"), "1  +  1");
  EXPECT_EQ(columns("SELECT  1  +  1 ;"), "1  +  1");
  EXPECT_EQ(columns("SELECT 1 --1"), "1 --1");
}

TEST(Parser, Aliases) {
  EXPECT_EQ(columns("SELECT 1 AS 'x y', 2 \"z\", 3 w, 4 AS `b``c`, @@version as version"), "x y|z|w|b`c|version");
  EXPECT_EQ(error_of("SELECT 1 AS").code, 1064);
  EXPECT_EQ(error_of("SELECT 1 AS a.b").code, 1064);
  EXPECT_EQ(error_of("SELECT 1 AS FROM").code, 1064);
}

TEST(Parser, SelectWithoutTable) {
  const auto select = parsed<Select>("SELECT SQL_NO_CACHE 1 FROM DUAL LIMIT 1, 2");
  ASSERT_TRUE(select.limit);
  EXPECT_EQ(select.limit->offset, 1U);
  EXPECT_EQ(select.limit->count, 2U);
  EXPECT_EQ(parsed<Select>("SELECT 1 LIMIT 3 OFFSET 4").limit->offset, 4U);
  EXPECT_EQ(error_of("SELECT 1 LIMIT -1").code, 1064);
  EXPECT_EQ(error_of("SELECT 1 LIMIT 1.5").code, 1064);
  EXPECT_EQ(error_of("SELECT 1 LIMIT ?").code, 1064);
  parsed<Select>("SELECT ? LIMIT ?", {.parameters = true});
  EXPECT_EQ(error_of("SELECT 1 WHERE 1").code, 1235);
  EXPECT_EQ(error_of("SELECT 1 INTO @a").code, 1235);
  EXPECT_EQ(error_of("SELECT 1 UNION SELECT 2").code, 1235);
  EXPECT_EQ(error_of("SELECT 1 FROM DUAL WHERE 1").code, 1235);
}

TEST(Parser, SyntaxErrorsNameThePlace) {
  EXPECT_EQ(
      error_of("FOO BAR").message,
      "You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the "
      "right syntax to use near 'FOO BAR' at line 1");
  EXPECT_TRUE(error_of("SELECT 1,\n  2 3").message.ends_with("near '3' at line 2"));
  EXPECT_TRUE(error_of("SELECT").message.ends_with("near '' at line 1"));
  EXPECT_TRUE(error_of("SELECT 'abc").message.ends_with("near ''abc' at line 1"));
  EXPECT_EQ(error_of("SELECT * FROM").code, 1064);
}

TEST(Parser, OneStatementOnly) {
  parsed<Select>("SELECT 1;");
  parsed<Select>("SELECT 1 ; -- done");
  EXPECT_TRUE(error_of("SELECT 1; SELECT 2").message.ends_with("near 'SELECT 2' at line 1"));
  EXPECT_EQ(error_of("SELECT 1;;").code, 1064);
  EXPECT_EQ(error_of("SET @a=1; DROP TABLE t").code, 1064);
  EXPECT_EQ(error_of("SHOW DATABASES; DROP TABLE t").code, 1064);
  EXPECT_EQ(error_of("SELECT 1 FROM information_schema.tables; DROP TABLE t").code, 1064);
}

TEST(Parser, EmptyStatements) {
  for (const char* text : {"", "  ", ";", "-- x", "/* x */", " /*!99999 SELECT 1 */ ; "}) {
    EXPECT_EQ(error_of(text).code, 1065) << text;
  }
}

TEST(Parser, WhatABinlogInstanceDoesNotDo) {
  EXPECT_EQ(error_of("INSERT INTO t VALUES (1)").message,
            "This version of MySQL doesn't yet support 'INSERT on a Binlog instance'");
  for (const char* text : {"CREATE TABLE t (a INT)", "CHANGE MASTER TO MASTER_HOST='x'", "DROP TABLE t",
                           "PURGE BINARY LOGS TO 'x' FOR TENANT c.t", "FLUSH TABLES WITH READ LOCK",
                           "LOCK TABLES t READ", "SELECT * FROM t", "SELECT * FROM mysql.user", "SHOW RELAYLOG EVENTS",
                           "SHOW SLAVE STATUS", "SHOW GRANTS FOR 'x'@'y'", "SET PASSWORD = 'x'", "EXPLAIN SELECT 1",
                           "START SLAVE", "SHOW CREATE VIEW v", "COMMIT RELEASE", "SET ROLE NONE"}) {
    EXPECT_EQ(error_of(text, {.database = "db"}).code, 1235) << text;
  }
}

TEST(Parser, PreparedByText) {
  EXPECT_EQ(parsed<PrepareNamed>("PREPARE S1 FROM 'SELECT 1'").name, "s1");
  EXPECT_TRUE(std::holds_alternative<UserVariable>(parsed<PrepareNamed>("prepare s from @t;").text.node));
  EXPECT_EQ(parsed<ExecuteNamed>("EXECUTE `S 2` USING @A, @b").variables, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(parsed<DeallocateNamed>("DEALLOCATE PREPARE s").name, "s");
  EXPECT_EQ(parsed<DeallocateNamed>("drop prepare s").name, "s");
  for (const char* text : {"PREPARE s", "PREPARE s FROM 1", "PREPARE s FROM 'a' 'b' c", "EXECUTE", "EXECUTE s USING 1",
                           "EXECUTE s USING", "DEALLOCATE s"}) {
    EXPECT_NE(error_of(text).code, 0) << text;
  }
}

TEST(Parser, Report) {
  EXPECT_EQ(parsed<Report>("REPORT").since, 0U);
  EXPECT_EQ(parsed<Report>("report 1700000000;").since, 1700000000U);
  EXPECT_EQ(error_of("REPORT x").code, 1064);
  EXPECT_EQ(error_of("REPORT 1.5").code, 1064);
}

TEST(Parser, Kill) {
  EXPECT_FALSE(parsed<Kill>("KILL 5").query_only);
  EXPECT_FALSE(parsed<Kill>("KILL CONNECTION 5").query_only);
  EXPECT_TRUE(parsed<Kill>("kill query 2 + 3;").query_only);
  EXPECT_EQ(error_of("KILL").code, 1064);
  EXPECT_EQ(error_of("KILL 5 6").code, 1064);
}

TEST(Parser, StatementTooLong) {
  EXPECT_EQ(error_of("SELECT 12", {.size_max = 8}).code, 1153);
  parsed<Select>("SELECT 1", {.size_max = 8});
}

TEST(Parser, SetVariables) {
  const auto set = parsed<Set>("SET @a = 1, @B := 'x', autocommit=ON, @@session.sql_mode = ANSI, @@global.x = DEFAULT");
  ASSERT_EQ(set.assignments.size(), 5U);
  EXPECT_EQ(std::get<SetUserVariable>(set.assignments[1]).name, "b");
  const auto& autocommit = std::get<SetSystemVariable>(set.assignments[2]);
  EXPECT_EQ(autocommit.scope, Scope::unspecified);
  EXPECT_EQ(std::get<Name>(autocommit.value->node).text, "ON");
  EXPECT_EQ(std::get<SetSystemVariable>(set.assignments[3]).scope, Scope::session);
  const auto& x = std::get<SetSystemVariable>(set.assignments[4]);
  EXPECT_EQ(x.scope, Scope::global);
  EXPECT_FALSE(x.value);
}

TEST(Parser, ScopeHoldsForWhatFollows) {
  const auto set = parsed<Set>("SET GLOBAL a=1, b=2, @@c=3, SESSION d=4, e=5");
  const auto scope = [&](std::size_t index) { return std::get<SetSystemVariable>(set.assignments.at(index)).scope; };
  EXPECT_EQ(scope(0), Scope::global);
  EXPECT_EQ(scope(1), Scope::global);
  EXPECT_EQ(scope(2), Scope::unspecified);
  EXPECT_EQ(scope(3), Scope::session);
  EXPECT_EQ(scope(4), Scope::session);
}

TEST(Parser, SetNamesAndCharacterSet) {
  const auto set =
      parsed<Set>("SET NAMES 'UTF8MB4' COLLATE utf8mb4_bin, NAMES DEFAULT, CHARACTER SET latin1, CHARSET 'x'");
  const auto& names = std::get<SetNames>(set.assignments[0]);
  EXPECT_EQ(names.character_set, "utf8mb4");
  EXPECT_EQ(names.collation, "utf8mb4_bin");
  EXPECT_FALSE(std::get<SetNames>(set.assignments[1]).character_set);
  EXPECT_EQ(std::get<SetCharacterSet>(set.assignments[2]).character_set, "latin1");
  EXPECT_EQ(std::get<SetCharacterSet>(set.assignments[3]).character_set, "x");
  EXPECT_EQ(error_of("SET NAMES utf8 COLLATE DEFAULT").code, 1064);
}

TEST(Parser, SetTransaction) {
  const auto transaction = [](std::string_view text) {
    return std::get<SetTransaction>(parsed<Set>(text).assignments.at(0));
  };
  EXPECT_EQ(transaction("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED").isolation, "READ-COMMITTED");
  EXPECT_EQ(transaction("set session transaction isolation level repeatable read, read only").read_only, true);
  EXPECT_EQ(transaction("SET TRANSACTION READ WRITE").read_only, false);
  EXPECT_EQ(transaction("SET GLOBAL TRANSACTION READ WRITE").scope, Scope::global);
  EXPECT_EQ(error_of("SET TRANSACTION ISOLATION LEVEL FOO").code, 1064);
  EXPECT_EQ(error_of("SET TRANSACTION READ ONLY, READ WRITE").code, 1064);
}

TEST(Parser, SetErrors) {
  for (const char* text : {"SET", "SET @a", "SET @a=DEFAULT", "SET @a=ON", "SET autocommit=1 foo", "SET SESSION @a=1",
                           "SET GLOBAL x", "SET a=1,", "SET @@=1", "SET GLOBAL @@x=1"}) {
    EXPECT_EQ(error_of(text).code, 1064) << text;
  }
}

TEST(Parser, ShowVariablesAndStatus) {
  EXPECT_EQ(parsed<ShowVariables>("show variables").scope, Scope::session);
  EXPECT_EQ(parsed<ShowVariables>("SHOW GLOBAL VARIABLES LIKE 'BINLOG_CHECKSUM'").scope, Scope::global);
  EXPECT_TRUE(parsed<ShowVariables>("SHOW LOCAL VARIABLES LIKE \"x\";").filter.like);
  EXPECT_TRUE(parsed<ShowVariables>("SHOW VARIABLES WHERE Variable_name IN ('a','b')").filter.where);
  EXPECT_TRUE(parsed<ShowStatus>("SHOW SESSION STATUS LIKE 'Ssl_version'").filter.like);
  EXPECT_EQ(error_of("SHOW VARIABLES 'x'").code, 1064);
  EXPECT_EQ(error_of("SHOW VARIABLES LIKE x").code, 1064);
  EXPECT_EQ(error_of("SHOW GLOBAL FOO").code, 1064);
}

TEST(Parser, OtherShows) {
  parsed<ShowMasterStatus>("SHOW MASTER STATUS");
  parsed<ShowMasterStatus>("show binary log status");
  parsed<ShowBinaryLogs>("SHOW BINARY LOGS");
  parsed<ShowBinaryLogs>("SHOW MASTER LOGS;");
  EXPECT_FALSE(parsed<ShowReplicas>("SHOW SLAVE HOSTS").new_names);
  EXPECT_TRUE(parsed<ShowReplicas>("SHOW REPLICAS").new_names);
  EXPECT_TRUE(parsed<ShowProcessList>("SHOW FULL PROCESSLIST").full);
  EXPECT_FALSE(parsed<ShowDumpList>("SHOW BINLOG DUMPLIST").full);
  EXPECT_TRUE(parsed<ShowDumpList>("show full binlog dumplist;").full);
  parsed<ShowGrants>("SHOW GRANTS");
  parsed<ShowGrants>("SHOW GRANTS FOR CURRENT_USER()");
  EXPECT_EQ(parsed<ShowDiagnostics>("SHOW WARNINGS LIMIT 1,2").limit->count, 2U);
  EXPECT_TRUE(parsed<ShowDiagnostics>("SHOW ERRORS").errors_only);
  EXPECT_TRUE(parsed<ShowDiagnostics>("SHOW COUNT(*) WARNINGS").count);
  EXPECT_EQ(error_of("SHOW").code, 1064);
  EXPECT_EQ(error_of("SHOW FULL FOO").code, 1064);
  EXPECT_EQ(error_of("SHOW COUNT(*) FOO").code, 1064);
}

TEST(Parser, WhatFollowersAsk) {
  const auto marks = parsed<ShowBinlogMarks>("SHOW BINLOG MARKS IN 'f' FROM 4 LIMIT 7");
  EXPECT_EQ(marks.file, "f");
  EXPECT_EQ(marks.from, 4U);
  EXPECT_EQ(marks.count_max, 7U);
  EXPECT_FALSE(parsed<ShowBinlogMarks>("show binlog marks in \"f\";").count_max);
  EXPECT_EQ(parsed<ShowBinlogChecksum>("SHOW BINLOG CHECKSUM IN 'f' TO 9").to, 9U);
  EXPECT_FALSE(parsed<ShowBinlogChecksum>("SHOW BINLOG CHECKSUM IN 'f'").to);
  for (const char* text :
       {"SHOW BINLOG MARKS", "SHOW BINLOG MARKS FROM 4", "SHOW BINLOG MARKS IN f",
        "SHOW BINLOG MARKS IN 'f' LIMIT 1, 2", "SHOW BINLOG MARKS IN 'f' FROM -1", "SHOW BINLOG CHECKSUM",
        "SHOW BINLOG CHECKSUM IN 'f' FROM 4", "SHOW BINLOG CHECKSUM IN 'f' TO"}) {
    EXPECT_EQ(error_of(text).code, 1064) << text;
  }
}

TEST(Parser, UseAndTransactions) {
  EXPECT_EQ(parsed<UseDatabase>("USE `a b`;").name, "a b");
  for (const char* text :
       {"BEGIN", "BEGIN WORK", "START TRANSACTION", "START TRANSACTION READ ONLY, WITH CONSISTENT SNAPSHOT", "COMMIT",
        "COMMIT WORK AND NO CHAIN NO RELEASE", "ROLLBACK", "ROLLBACK AND CHAIN"}) {
    parsed<TransactionControl>(text);
  }
  EXPECT_EQ(error_of("ROLLBACK TO SAVEPOINT x").message, "SAVEPOINT x does not exist");
  EXPECT_EQ(error_of("BEGIN x").code, 1064);
  EXPECT_EQ(error_of("START TRANSACTION x").code, 1064);
}

}  // namespace
}  // namespace sluice::sql
