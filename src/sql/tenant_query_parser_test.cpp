#include "sql/tenant_query_parser.h"

#include <gtest/gtest.h>

#include "sql/parser.h"

namespace sluice::sql {
namespace {

/// The query as it is handed to the tenant database, without the hint of a SELECT, or the number of the error.
std::string tenant_text(std::string_view text, ParseRules rules = {.database = "d1"}) {
  const auto statement = parse_statement(text, rules);
  if (!statement) return std::to_string(statement.error().code);
  const auto* query = std::get_if<TenantQuery>(&*statement);
  if (query == nullptr) return "not a tenant query";
  std::string result = query->text;
  if (result.starts_with("SELECT ")) {
    EXPECT_EQ(result.substr(7, tenant_select_hint.size()), tenant_select_hint);
    result.erase(7, tenant_select_hint.size() + 1);
  }
  return result;
}

TEST(TenantQueryParser, QueriesOfClients) {
  EXPECT_EQ(
      tenant_text("SELECT COLUMN_NAME, COLLATION_NAME, CHARACTER_SET_NAME, COLUMN_COMMENT, COLUMN_TYPE FROM "
                  "INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA='d1' AND TABLE_NAME='t' ORDER BY ORDINAL_POSITION"),
      "SELECT COLUMN_NAME, COLLATION_NAME, CHARACTER_SET_NAME, COLUMN_COMMENT, COLUMN_TYPE FROM "
      "`INFORMATION_SCHEMA`.`COLUMNS` WHERE TABLE_SCHEMA = 'd1' AND TABLE_NAME = 't' ORDER BY ORDINAL_POSITION");
  EXPECT_EQ(
      tenant_text(
          "select c.COLLATION_NAME, c.ID, cs.MAXLEN, c.IS_DEFAULT='Yes' from INFORMATION_SCHEMA.COLLATIONS as c "
          "left join INFORMATION_SCHEMA.CHARACTER_SETS as cs on cs.CHARACTER_SET_NAME=c.CHARACTER_SET_NAME"),
      "SELECT c.COLLATION_NAME, c.ID, cs.MAXLEN, c.IS_DEFAULT = 'Yes' FROM `INFORMATION_SCHEMA`.`COLLATIONS` AS `c` "
      "LEFT JOIN `INFORMATION_SCHEMA`.`CHARACTER_SETS` AS `cs` ON cs.CHARACTER_SET_NAME = c.CHARACTER_SET_NAME");
  EXPECT_EQ(tenant_text("SHOW FULL TABLES IN `a``b` where Table_Type = 'BASE TABLE'"),
            "SHOW FULL TABLES FROM `a``b` WHERE Table_Type = 'BASE TABLE'");
}

TEST(TenantQueryParser, ColumnsComeInOrderIfTheClientNamesNone) {
  const std::string from = " FROM `information_schema`.`COLUMNS`";
  const std::string order = " ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION";
  EXPECT_EQ(tenant_text("SELECT COLUMN_NAME FROM information_schema.COLUMNS"), "SELECT COLUMN_NAME" + from + order);
  EXPECT_EQ(tenant_text("SELECT * FROM information_schema.COLUMNS c WHERE c.TABLE_NAME IN ('t') LIMIT 5"),
            "SELECT *" + from + " AS `c` WHERE c.TABLE_NAME IN ( 't' )" + order + " LIMIT 5");
  EXPECT_FALSE(tenant_text("SELECT COUNT(*) FROM information_schema.COLUMNS").contains("ORDER"));
  EXPECT_FALSE(tenant_text("SELECT DISTINCT DATA_TYPE FROM information_schema.COLUMNS").contains("ORDER"));
  EXPECT_FALSE(tenant_text("SELECT DATA_TYPE FROM information_schema.COLUMNS GROUP BY DATA_TYPE").contains("ORDER"));
  EXPECT_FALSE(tenant_text("SELECT 1 FROM information_schema.COLUMNS, information_schema.TABLES").contains("ORDER"));
  EXPECT_EQ(tenant_text("SELECT 1 FROM information_schema.COLUMNS WHERE LIMIT 1"), "1064");
  EXPECT_EQ(tenant_text("SELECT 1 FROM information_schema.COLUMNS WHERE"), "1064");
  EXPECT_EQ(tenant_text("SHOW TABLES FROM d WHERE"), "1064");
}

TEST(TenantQueryParser, ParametersStayWhilePreparing) {
  EXPECT_EQ(tenant_text("SELECT 1 FROM information_schema.TABLES WHERE TABLE_NAME=? LIMIT ?", {.parameters = true}),
            "SELECT 1 FROM `information_schema`.`TABLES` WHERE TABLE_NAME = ? LIMIT ?");
  EXPECT_EQ(tenant_text("SELECT 1 FROM information_schema.TABLES WHERE TABLE_NAME=?"), "1064");
}

TEST(TenantQueryParser, ShowForms) {
  EXPECT_EQ(tenant_text("SHOW CREATE TABLE t"), "SHOW CREATE TABLE `d1`.`t`");
  EXPECT_EQ(tenant_text("SHOW CREATE TABLE `x`.`t`;"), "SHOW CREATE TABLE `x`.`t`");
  EXPECT_EQ(tenant_text("SHOW CREATE SCHEMA IF NOT EXISTS x"), "SHOW CREATE DATABASE IF NOT EXISTS `x`");
  EXPECT_EQ(tenant_text("SHOW COLUMNS FROM t"), "SHOW COLUMNS FROM `d1`.`t`");
  EXPECT_EQ(tenant_text("SHOW FULL FIELDS IN t IN x LIKE 'a%'"), "SHOW FULL FIELDS FROM `x`.`t` LIKE 'a%'");
  EXPECT_EQ(tenant_text("SHOW TABLES"), "SHOW TABLES FROM `d1`");
  EXPECT_EQ(tenant_text("SHOW TABLES LIKE 'my\\_t%'"), "SHOW TABLES FROM `d1` LIKE 'my\\\\_t%'");
  EXPECT_EQ(tenant_text("SHOW TABLE STATUS LIKE 't';"), "SHOW TABLE STATUS FROM `d1` LIKE 't'");
  EXPECT_EQ(tenant_text("SHOW INDEX FROM x.t"), "SHOW INDEX FROM `x`.`t`");
  EXPECT_EQ(tenant_text("SHOW KEYS FROM t WHERE Key_name = 'PRIMARY'"),
            "SHOW KEYS FROM `d1`.`t` WHERE Key_name = 'PRIMARY'");
  EXPECT_EQ(tenant_text("SHOW DATABASES"), "SHOW DATABASES");
  EXPECT_EQ(tenant_text("SHOW COLLATION WHERE Charset = 'utf8mb4' AND Id > 40"),
            "SHOW COLLATION WHERE Charset = 'utf8mb4' AND Id > 40");
  EXPECT_EQ(tenant_text("SHOW CHARACTER SET"), "SHOW CHARACTER SET");
  EXPECT_EQ(tenant_text("SHOW STORAGE ENGINES"), "SHOW STORAGE ENGINES");
  EXPECT_EQ(tenant_text("DESC t"), "DESCRIBE `d1`.`t`");
  EXPECT_EQ(tenant_text("describe x.t c"), "DESCRIBE `x`.`t` `c`");
  EXPECT_EQ(tenant_text("DESC t 'a%'"), "DESCRIBE `d1`.`t` 'a%'");
}

TEST(TenantQueryParser, TablesNeedADatabase) {
  for (const char* text : {"SHOW TABLES", "SHOW CREATE TABLE t", "DESC t", "SHOW COLUMNS FROM t", "SHOW TABLE STATUS",
                           "SELECT 1 FROM tables", "SHOW INDEX FROM t"}) {
    EXPECT_EQ(tenant_text(text, {}), "1046") << text;
  }
}

TEST(TenantQueryParser, UnqualifiedViewsInsideInformationSchema) {
  EXPECT_EQ(tenant_text("SELECT * FROM columns, tables t", {.database = "information_schema"}),
            "SELECT * FROM `information_schema`.`columns`, `information_schema`.`tables` AS `t`");
  EXPECT_EQ(tenant_text("SELECT * FROM columns"), "1235");
}

TEST(TenantQueryParser, OnlyViewsOfTheSchema) {
  EXPECT_EQ(tenant_text("SELECT * FROM information_schema.processlist"), "1109");
  EXPECT_EQ(tenant_text("SELECT * FROM information_schema.GLOBAL_VARIABLES"), "1109");
  EXPECT_EQ(tenant_text("SELECT * FROM information_schema.tables, mysql.user"), "1235");
  EXPECT_EQ(tenant_text("SELECT * FROM information_schema.tables JOIN d1.t ON 1"), "1235");
  EXPECT_EQ(tenant_text("SELECT * FROM information_schema.tables t LEFT JOIN (d1.t) ON 1"), "1235");
  EXPECT_EQ(
      tenant_text("SELECT * FROM information_schema.tables t JOIN information_schema.columns c ON 1 JOIN d1.t ON 1"),
      "1235");
  EXPECT_EQ(tenant_text("SELECT * FROM (d1.t)"), "1235");
  EXPECT_EQ(tenant_text("SELECT * FROM information_schema.tables WHERE 1 JOIN mysql.user"), "1064");
  EXPECT_EQ(tenant_text("SELECT * FROM information_schema.tables WHERE 1 FROM mysql.user"), "1064");
  EXPECT_EQ(tenant_text("SELECT * FROM information_schema.tables AS OF SNAPSHOT 5"), "1064");
}

TEST(TenantQueryParser, NothingButAPlainQuery) {
  for (const char* text : {
           "SELECT 1 FROM information_schema.tables INTO OUTFILE 'x'",
           "SELECT 1 INTO @a FROM information_schema.tables",
           "SELECT (SELECT password FROM mysql.user) FROM information_schema.tables",
           "SELECT 1 FROM information_schema.tables WHERE a IN (SELECT 1)",
           "SELECT 1 FROM information_schema.tables WHERE a IN (TABLE mysql.user)",
           "SELECT 1 FROM information_schema.tables UNION SELECT 1 FROM mysql.user",
           "SELECT 1 FROM information_schema.tables UNION TABLE mysql.user",
           "SELECT 1 FROM information_schema.tables FOR UPDATE",
           "SELECT 1 FROM information_schema.tables LOCK IN SHARE MODE",
           "SELECT 1 FROM information_schema.tables PROCEDURE ANALYSE()",
           "SELECT SLEEP(100) FROM information_schema.tables",
           "SELECT `sleep`(100) FROM information_schema.tables",
           "SELECT d1.f(1) FROM information_schema.tables",
           "SELECT d1 . left(1) FROM information_schema.tables",
           "SELECT REPEAT('a', 1000000) FROM information_schema.tables",
           "SELECT BENCHMARK(1e9, MD5('a')) FROM information_schema.tables",
           "SELECT @a FROM information_schema.tables",
           "SELECT @@datadir FROM information_schema.tables",
           "SHOW TABLES WHERE (SELECT 1)",
           "SHOW COLUMNS FROM t WHERE SLEEP(5)",
       }) {
    EXPECT_EQ(tenant_text(text), "1235") << text;
  }
  EXPECT_EQ(tenant_text("SELECT @a := 1 FROM information_schema.tables"), "1235");
  EXPECT_EQ(tenant_text("SELECT a -> '$.x' FROM information_schema.tables"), "1064");
  EXPECT_EQ(tenant_text("SELECT {d '2020-01-01'} FROM information_schema.tables"), "1064");
  EXPECT_EQ(tenant_text("SELECT DATABASE()(*) FROM information_schema.tables"), "1064");
  EXPECT_EQ(tenant_text("SELECT 1 (2) FROM information_schema.tables"), "1064");
  EXPECT_EQ(tenant_text("SELECT (1)(2) FROM information_schema.tables"), "1064");
  EXPECT_EQ(tenant_text("SELECT (1 FROM information_schema.tables"), "1064");
  EXPECT_EQ(tenant_text("SELECT 1) FROM information_schema.tables"), "1064");
}

TEST(TenantQueryParser, HarmlessFunctionsKeepTheirParenthesisClose) {
  EXPECT_EQ(tenant_text("SELECT COUNT(*), IF (a, 'b', TRIM(c FROM d)) FROM information_schema.tables WHERE a IN (1,2)"),
            "SELECT COUNT( * ), IF( a, 'b', TRIM( c FROM d ) ) FROM `information_schema`.`tables` WHERE a IN ( 1, 2 )");
  EXPECT_EQ(tenant_text("SELECT 1 FROM information_schema.tables WHERE TABLE_SCHEMA = DATABASE()"),
            "SELECT 1 FROM `information_schema`.`tables` WHERE TABLE_SCHEMA = 'd1'");
  EXPECT_EQ(tenant_text("SELECT SCHEMA( ) FROM information_schema.tables", {}),
            "SELECT NULL FROM `information_schema`.`tables`");
}

TEST(TenantQueryParser, WhatIsReadDifferentlyElsewhereIsWrittenAnew) {
  // In NO_BACKSLASH_ESCAPES the string ends behind the backslash; in the tenant's mode it would go on.
  EXPECT_EQ(tenant_text("SELECT '\\' FROM information_schema.tables WHERE a = ' INTO OUTFILE x'",
                        {.dialect = {.no_backslash_escapes = true}}),
            "SELECT '\\\\' FROM `information_schema`.`tables` WHERE a = ' INTO OUTFILE x'");
  EXPECT_EQ(tenant_text("SELECT \"a`b\" FROM information_schema.tables", {.dialect = {.ansi_quotes = true}}),
            "SELECT `a``b` FROM `information_schema`.`tables`");
  EXPECT_EQ(tenant_text("SELECT \"a'b\" FROM information_schema.tables"),
            "SELECT 'a''b' FROM `information_schema`.`tables`");
  EXPECT_EQ(tenant_text("SELECT 1 /*!, 2 */ /* x */ FROM information_schema.tables -- y"),
            "SELECT 1, 2 FROM `information_schema`.`tables`");
  EXPECT_EQ(tenant_text("SELECT 'a' 'b', \"c\"'d', x'4142' FROM information_schema.tables"),
            "SELECT 'a' 'b', 'c' 'd', x'4142' FROM `information_schema`.`tables`");
  EXPECT_EQ(tenant_text("SELECT '\xBF\x5C' FROM information_schema.tables"), "1064");
  EXPECT_EQ(tenant_text("SELECT '\xBF' FROM information_schema.tables"), "1300");
  EXPECT_EQ(tenant_text("SHOW CREATE TABLE `\xBF`"), "1064");
  EXPECT_EQ(tenant_text("SHOW CREATE TABLE `" + std::string(300, 'a') + "`"), "1064");
}

TEST(TenantQueryParser, NestingAndTablesHaveLimits) {
  const std::string open(200, '(');
  const std::string close(200, ')');
  EXPECT_EQ(tenant_text("SELECT " + open + "1" + close + " FROM information_schema.tables"), "1235");
  std::string joined = "SELECT 1 FROM information_schema.tables";
  for (int i = 0; i < 6; ++i) {
    joined += ", information_schema.tables t" + std::to_string(i);
  }
  EXPECT_EQ(tenant_text(joined), "1235");
}

}  // namespace
}  // namespace sluice::sql
