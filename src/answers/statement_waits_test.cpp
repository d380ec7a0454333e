#include <thread>

#include "answers/session_for_test.h"

namespace sluice::answers {
namespace {

class StatementWaitsTest : public StatementExecutorTest {};

TEST_F(StatementWaitsTest, WaitForExecutedGtidSet) {
  server_.open_file(1, {});
  const std::string wait = std::string("SELECT WAIT_FOR_EXECUTED_GTID_SET('") + uuid + ":1'";
  EXPECT_EQ(value("SELECT WAIT_FOR_EXECUTED_GTID_SET('')"), "0");
  EXPECT_EQ(value(wait + ", 0.01)"), "1");
  EXPECT_EQ(error("SELECT WAIT_FOR_EXECUTED_GTID_SET('',-1)"),
            "1210 Incorrect arguments to WAIT_FOR_EXECUTED_GTID_SET.");
  EXPECT_EQ(error("SELECT WAIT_FOR_EXECUTED_GTID_SET('',NULL)"),
            "1210 Incorrect arguments to WAIT_FOR_EXECUTED_GTID_SET.");
  EXPECT_EQ(error("SELECT WAIT_FOR_EXECUTED_GTID_SET(NULL)"), "1772 Malformed GTID set specification 'NULL'.");
  std::jthread writer([this] {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    server_.add_transaction(gtid(1));
  });
  EXPECT_EQ(value(wait + ")"), "0");
}

TEST_F(StatementWaitsTest, SeveralWaitsOfOneStatementFollowEachOther) {
  server_.open_file(1, {});
  const auto wait = [](std::uint64_t number, const char* seconds) {
    return "WAIT_FOR_EXECUTED_GTID_SET('" + std::string(uuid) + ":" + std::to_string(number) + "', " + seconds + ")";
  };
  std::jthread writer([this] {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    server_.add_transaction(gtid(1));
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    server_.add_transaction(gtid(2));
  });
  EXPECT_EQ(run("SET @a = " + wait(1, "10") + " + " + wait(3, "0.01") + " * 10, @b = " + wait(2, "10")), "ok");
  EXPECT_EQ(run("SELECT @a, @b"), "@a|@b: 10|0");
  const std::string sooner = "SELECT " + wait(3, "0.01");
  EXPECT_TRUE(std::holds_alternative<SqlWait>(session_.execute(sooner)));
  EXPECT_EQ(run("SELECT 1"), "1: 1");  // the one before was never finished
}

TEST_F(StatementWaitsTest, MasterStatusWaitsForWhatTheSourceHas) {
  server_.open_file(1, {});
  server_.progress = std::make_shared<SourceProgress>();
  const auto first = session_.execute("SHOW MASTER STATUS");
  const auto* wait = std::get_if<SqlWait>(&first);
  ASSERT_NE(wait, nullptr);
  int woken = 0;
  wait->begin([&] { ++woken; });
  EXPECT_FALSE(wait->over());
  binlog::GtidSet executed;
  executed.add(gtid(1));
  server_.progress->answer(executed);
  EXPECT_EQ(woken, 1);
  EXPECT_FALSE(wait->over());
  server_.add_transaction(gtid(1));
  EXPECT_TRUE(wait->over());
  EXPECT_TRUE(shown(session_.execute("SHOW MASTER STATUS")).ends_with(":1"));
  server_.progress = std::make_shared<SourceProgress>();
  EXPECT_TRUE(std::holds_alternative<SqlWait>(session_.execute("SELECT @@gtid_executed")));
  server_.progress->answer(std::nullopt);  // the source does not answer
  EXPECT_EQ(value("SELECT @@gtid_executed"), std::string(uuid) + ":1");
}

TEST_F(StatementWaitsTest, InterruptionEndsAWaitOnly) {
  const std::string wait = std::string("SELECT WAIT_FOR_EXECUTED_GTID_SET('") + uuid + ":1')";
  EXPECT_TRUE(std::holds_alternative<SqlWait>(session_.execute(wait)));
  session_.interrupt();
  EXPECT_EQ(shown(session_.execute(wait)), "ERROR 1317 (70100): Query execution was interrupted");
  EXPECT_EQ(run("SELECT 1"), "1: 1");
}

TEST_F(StatementWaitsTest, CancelEndsAWait) {
  std::jthread canceller([this] {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    session_.cancel();
  });
  EXPECT_EQ(run(std::string("SELECT WAIT_FOR_EXECUTED_GTID_SET('") + uuid + ":1')"),
            "ERROR 1317 (70100): Query execution was interrupted");
  EXPECT_EQ(run("SELECT 1"), "ERROR 1317 (70100): Query execution was interrupted");
}

TEST_F(StatementWaitsTest, WhatMayBlock) {
  EXPECT_FALSE(session_.may_block("SELECT 1"));
  EXPECT_FALSE(session_.may_block("nonsense"));
  EXPECT_TRUE(session_.may_block("SHOW DATABASES"));
  EXPECT_TRUE(session_.may_block("SELECT 1 FROM information_schema.tables"));
  EXPECT_FALSE(session_.may_block("SELECT WAIT_FOR_EXECUTED_GTID_SET('')"));
  EXPECT_FALSE(session_.may_block("SHOW VARIABLES WHERE Value = 1"));
}

}  // namespace
}  // namespace sluice::answers
