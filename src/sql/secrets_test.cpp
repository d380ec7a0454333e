#include "sql/secrets.h"

#include <gtest/gtest.h>

#include "sql/parser.h"

namespace sluice::sql {
namespace {

std::string masked(std::string_view text, const Dialect& dialect = {}) {
  return mask_secrets(text, dialect);
}

TEST(Secrets, StatementsWithoutAnyStayAsTheyAre) {
  for (const std::string_view text :
       {"", "SELECT 1", "SHOW NODES FROM ZONE 'z1' -- all", "KILL 7 FOR INSTANCE x", "\xFF\x00;", "SELECT 'it''s'",
        "CREATE BINLOG FOR TENANT `c`.`t` WITH CLUSTER URL 'mysql://a:3306,[2001:db8::1]:3307/', REPLICATE NUM 2",
        "ALTER BINLOG c.t SET start_timestamp = 1700000000, extra = 'http://h:8080/a?b=c' /* http://a */"}) {
    EXPECT_EQ(masked(text), text);
  }
}

TEST(Secrets, PasswordsOfStatements) {
  EXPECT_EQ(masked("SET PASSWORD = 's3'"), "SET PASSWORD = ******");
  EXPECT_EQ(masked("set password for 'u'@'%' = password ( 's3' );"), "set password for 'u'@'%' = password ( ****** );");
  EXPECT_EQ(masked("SET PASSWORD FOR u := 's3' REPLACE 's2'"), "SET PASSWORD FOR u := ******");
  EXPECT_EQ(masked("CREATE USER u IDENTIFIED BY 's3'"), "CREATE USER u IDENTIFIED BY ******");
  EXPECT_EQ(
      masked("CREATE USER IF NOT EXISTS 'u'@'%' IDENTIFIED WITH mysql_native_password AS '*A1', v IDENTIFIED BY 's'"),
      "CREATE USER IF NOT EXISTS 'u'@'%' IDENTIFIED WITH mysql_native_password AS ******, v IDENTIFIED BY ******");
  EXPECT_EQ(masked("CREATE BINLOG FOR TENANT c.t TO USER u PASSWORD `s3` FROM 5 WITH CLUSTER URL 'u', REPLICATE NUM 2"),
            "CREATE BINLOG FOR TENANT c.t TO USER u PASSWORD ****** FROM 5 WITH CLUSTER URL 'u', REPLICATE NUM 2");
  EXPECT_EQ(masked("CREATE BINLOG FOR TENANT c.t TO USER u PASSWORD s3 WITH CLUSTER URL 'u'"),
            "CREATE BINLOG FOR TENANT c.t TO USER u PASSWORD ****** WITH CLUSTER URL 'u'");
}

TEST(Secrets, OptionsAndVariablesNamedLikePasswords) {
  EXPECT_EQ(masked("ALTER BINLOG c.t SET cluster_password = 's3', failover = 1"),
            "ALTER BINLOG c.t SET cluster_password = ******, failover = 1");
  EXPECT_EQ(masked("ALTER BINLOG c.t SET `Instance_Password` = 3, REPLICATE NUM 2"),
            "ALTER BINLOG c.t SET `Instance_Password` = ******, REPLICATE NUM 2");
  EXPECT_EQ(masked("SET GLOBAL instance_password_sha1 = x'41' FOR INSTANCE i"),
            "SET GLOBAL instance_password_sha1 = ****** FOR INSTANCE i");
  EXPECT_EQ(masked("SET @my_pwd = 's3', @b = 2"), "SET @my_pwd = ******, @b = 2");
  EXPECT_EQ(masked("SELECT \"s1\", PASSWORD(\"s3\")"), "SELECT \"s1\", PASSWORD(******)");
}

TEST(Secrets, AddressesWithAccounts) {
  EXPECT_EQ(masked("x 'mysql://root:s3@h:3306', 1"), "x 'mysql://root:******@h:3306', 1");
  EXPECT_EQ(masked("x 'mysql://s3@h'"), "x 'mysql://******@h'");
  EXPECT_EQ(masked("x 'mysql://u:s@3:/x@h,v:s3@i'"), "x 'mysql://u:******@i'");
  EXPECT_EQ(masked("x 'mysql://root:s3' y"), "x 'mysql://root:****** y");
  EXPECT_EQ(masked("x 'mysql://u:s' '3@h'"), "x ******");
  EXPECT_EQ(masked("x 'mysql:\\//u:s3@h'"), "x ******");
  EXPECT_EQ(masked("x mysql://u:s3@h WITH y"), "x mysql://******");
  EXPECT_EQ(masked("x /* mysql://u:s3@h */ y"), "x /* mysql://******");
}

TEST(Secrets, AnAddressWhereAnAccountIsNamed) {
  EXPECT_EQ(masked("SET PASSWORD FOR 'mysql://u:s3@h' = 's4'"), "SET PASSWORD FOR 'mysql://u:******@h' = ******");
  EXPECT_EQ(masked("SET PASSWORD FOR 'a password s3' = 's4'"), "SET PASSWORD FOR ******");
}

TEST(Secrets, QuotedAsNames) {
  EXPECT_EQ(masked("TO USER `u` PASSWORD `s3@:/\"'` WITH CLUSTER URL `http://u:s3@h/s?a=b`, REPLICATE NUM 1"),
            "TO USER `u` PASSWORD ****** WITH CLUSTER URL `http://u:******@h/s?a=b`, REPLICATE NUM 1");
}

TEST(Secrets, ThousandsOfThem) {
  std::string text = "SET a = 1";
  for (int i = 0; i < 15000; ++i) {
    text += ", x_password = 's3' /*://*/";
  }
  EXPECT_EQ(masked(text).find("s3"), std::string::npos);
}

TEST(Secrets, WhereAStringOrCommentAnnouncesOneAllBehindItIsHidden) {
  EXPECT_EQ(masked("PREPARE s FROM 'SET PASSWORD = ''s3'''"), "PREPARE s FROM ******");
  EXPECT_EQ(masked("SET x = 'pass\\word=', y = 's3'"), "SET x = ******");
  EXPECT_EQ(masked("SELECT 1 /* PASSWORD 's3' */, 2"), "SELECT 1 /* PASSW******");
  EXPECT_EQ(masked("SELECT 1 -- IDENTIFIED BY 's3'"), "SELECT 1 -- IDENTIFIED******");
  EXPECT_EQ(masked("SELECT `a PASSWORD 's3'`, 2"), "SELECT ******");
  EXPECT_EQ(masked("SELECT 'a PASSWORD 's3''"), "SELECT ******");
  EXPECT_EQ(masked("/*!50000 SET PASSWORD */ = 's3'"), "/*!50000 SET PASSWORD */ = ******");
}

TEST(Secrets, ACommentInFrontOfASecretHidesItselfToo) {
  EXPECT_EQ(masked("SET x_password #password = 's3'\n = 's4'"), "SET x_password #passw******");
}

TEST(Secrets, BrokenStatementsLoseEverythingBehindTheFirstAnnouncement) {
  EXPECT_EQ(masked("SET PASSWORD FOR u = 's3"), "SET PASSW******");
  EXPECT_EQ(masked("CREATE USER u IDENTIFIED BY 's3' /* x"), "CREATE USER u IDENTIFIED******");
  EXPECT_EQ(masked("x 'mysql://u:s3@h"), "x 'mysql://******");
  EXPECT_EQ(masked("SELECT 'abc"), "SELECT 'abc");
}

TEST(Secrets, WordsBehindAPasswordThatEndNothingAreHidden) {
  EXPECT_EQ(masked("TO USER u PASSWORD s3, s4 = s5 FROM 1"), "TO USER u PASSWORD ****** FROM 1");
  EXPECT_EQ(masked("SET PASSWORD FOR 's3'"), "SET PASSWORD ******");
  EXPECT_EQ(masked("PASSWORD 's3' PASSWORD 's4'"), "PASSWORD ******");
  EXPECT_EQ(masked("PASSWORD a;b"), "PASSWORD ******");
  EXPECT_EQ(masked("PASSWORD"), "PASSWORD");
  EXPECT_EQ(masked("PASSWORD;"), "PASSWORD;");
  EXPECT_EQ(masked("IDENTIFIED BY 's' 't', 'u'"), "IDENTIFIED BY ******");
}

TEST(Secrets, TheDialectDecidesWhereAStringEnds) {
  const std::string_view text = R"(x '\', PASSWORD = 's3')";
  EXPECT_EQ(masked(text, {.no_backslash_escapes = true}), R"(x '\', PASSWORD = ******)");
  EXPECT_EQ(masked(text), R"(x '\', PASSW******)");
  EXPECT_EQ(masked(R"(PASSWORD "s3")", {.ansi_quotes = true}), "PASSWORD ******");
}

TEST(Secrets, SyntaxErrorsQuoteNone) {
  for (const std::string_view text :
       {"CREATE USER u IDENTIFIED BY 's3'", "FOO PASSWORD 's3'", "FOO PASSWORD 's3", "SELECT 1 x y PASSWORD('s3')",
        "SELECT PASSWORD('s3') x y 's3'", "SHOW NODES PASSWORD 's3' 's3"}) {
    const auto statement = parse_statement(text, {});
    ASSERT_FALSE(statement) << text;
    EXPECT_EQ(statement.error().message.find("s3"), std::string::npos) << statement.error().message;
  }
  const auto statement = parse_statement("FOO 1,\n PASSWORD = 's3' , x = 2", {});
  EXPECT_TRUE(statement.error().message.ends_with("near 'FOO 1,\n PASSWORD = ****** , x = 2' at line 1"));
}

}  // namespace
}  // namespace sluice::sql
