#include "answers/follower_statements.h"

#include <fmt/format.h>

#include "answers/session_for_test.h"
#include "base/file.h"
#include "store/file_checksum.h"

namespace sluice::answers {
namespace {

class FollowerStatementsTest : public StatementExecutorTest {};

constexpr const char* no_such_file =
    "ERROR 1220 (HY000): Error when executing command SHOW BINLOG {}: there is no file {}";

TEST_F(FollowerStatementsTest, AreForAdministrators) {
  server_.open_file(1, {});
  for (const char* statement :
       {"SHOW BINLOG MARKS IN 'mysql-bin.000001'", "SHOW BINLOG CHECKSUM IN 'mysql-bin.000001'"}) {
    EXPECT_EQ(run(statement).substr(0, 10), "ERROR 1227") << statement;
    EXPECT_TRUE(session_.may_block(statement)) << statement;
  }
}

TEST_F(FollowerStatementsTest, MarksAreThoseWithASourcePlace) {
  const std::string columns = "offset|previous_timestamp|source_place";
  server_.open_file(1, {}, {.source_place = "a|f:4|", .previous_timestamp = 500});
  EXPECT_EQ(admin("SHOW BINLOG MARKS IN 'mysql-bin.000001'"), columns + ": 154|500|a|f:4|") << "before any transaction";
  server_.add_transaction(gtid(1));
  EXPECT_EQ(admin("SHOW BINLOG MARKS IN 'mysql-bin.000001' FROM 154"), columns + ": 154|500|a|f:4|");
  EXPECT_EQ(admin("SHOW BINLOG MARKS IN 'mysql-bin.000001' FROM 155"), columns);
  EXPECT_EQ(admin("SHOW BINLOG MARKS IN 'mysql-bin.000001' LIMIT 0"), columns);
}

TEST_F(FollowerStatementsTest, MarksWithoutASourcePlaceAreLeftOut) {
  server_.open_file(1, {});
  server_.add_transaction(gtid(1));
  EXPECT_EQ(admin("SHOW BINLOG MARKS IN 'mysql-bin.000001'"), "offset|previous_timestamp|source_place");
}

TEST_F(FollowerStatementsTest, MarksThatCannotBeShown) {
  EXPECT_EQ(admin("SHOW BINLOG MARKS IN 'mysql-bin.000001'"), fmt::format(no_such_file, "MARKS", "mysql-bin.000001"));
  EXPECT_EQ(admin("SHOW BINLOG MARKS IN 'nosuch'"), fmt::format(no_such_file, "MARKS", "nosuch"));
  EXPECT_EQ(admin("SHOW BINLOG MARKS IN 'mysql-bin.000001' LIMIT 10001"),
            "ERROR 1210 (HY000): Incorrect arguments to SHOW BINLOG MARKS: LIMIT is at most 10000");
}

TEST_F(FollowerStatementsTest, ChecksumIsOfTheBytesBefore) {
  server_.open_file(1, {});
  server_.add_transaction(gtid(1));
  const std::string bytes = *read_file(server_.log().path_of(1), 1U << 20U);
  ASSERT_EQ(bytes.size(), 250);
  const auto row = [&](std::size_t size) {
    const auto never = [] { return false; };
    return fmt::format("log_name|size|checksum: mysql-bin.000001|{}|{:016x}", size,
                       *store::file_checksum(server_.log(), {1, size}, never));
  };
  EXPECT_EQ(admin("SHOW BINLOG CHECKSUM IN 'mysql-bin.000001'"), row(250));
  EXPECT_EQ(admin("SHOW BINLOG CHECKSUM IN 'mysql-bin.000001' TO 154"), row(154));
  EXPECT_EQ(admin("SHOW BINLOG CHECKSUM IN 'mysql-bin.000001' TO 0"), row(0));
  EXPECT_EQ(admin("SHOW BINLOG CHECKSUM IN 'mysql-bin.000001' TO 251"),
            "ERROR 1220 (HY000): Error when executing command SHOW BINLOG CHECKSUM: mysql-bin.000001 ends at 250, "
            "before 251");
  EXPECT_EQ(admin("SHOW BINLOG CHECKSUM IN 'mysql-bin.000002'"),
            fmt::format(no_such_file, "CHECKSUM", "mysql-bin.000002"));
}

}  // namespace
}  // namespace sluice::answers
