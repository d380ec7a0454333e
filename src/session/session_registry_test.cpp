#include "session/session_registry.h"

#include <gtest/gtest.h>

namespace sluice::session {
namespace {

TEST(SessionRegistry, ShowsWhatAConnectionDoes) {
  SessionRegistry registry;
  const auto record = registry.add(1, "192.0.2.1:5");
  EXPECT_EQ(registry.sessions()[0].user, "unauthenticated user");
  EXPECT_EQ(registry.sessions()[0].command, "Connect");
  record->log_in("u", "d", "198.51.100.1:6");
  record->begin("Query", "init", "SELECT 1");
  const auto session = registry.sessions()[0];
  EXPECT_EQ(session.user + session.database + session.host + session.real_host, "ud192.0.2.1:5198.51.100.1:6");
  EXPECT_EQ(session.statement, "SELECT 1");
  record->sleep();
  EXPECT_EQ(registry.sessions()[0].command, "Sleep");
  EXPECT_FALSE(registry.sessions()[0].statement);
}

TEST(SessionRegistry, KeepsOnlyTheStartOfALongStatement) {
  SessionRegistry registry;
  const auto record = registry.add(1, "h");
  record->begin("Query", "init", std::string(1U << 20U, 'x'));
  EXPECT_EQ(registry.sessions()[0].statement->size(), answers::session_statement_size_max);
}

TEST(SessionRegistry, ForgetsConnectionsThatAreGone) {
  SessionRegistry registry;
  for (std::uint32_t id = 1; id <= 1000; ++id) {
    const auto gone = registry.add(id, "h");
    gone->register_replica({.server_id = id, .host = {}, .user = {}, .password = {}}, "");
  }
  const auto first = registry.add(2001, "h");
  const auto second = registry.add(2002, "h");
  ASSERT_EQ(registry.sessions().size(), 2U);
  EXPECT_EQ(registry.sessions()[1].id, 2002U);
  EXPECT_TRUE(registry.replicas().empty());
  EXPECT_EQ(registry.find(2002), second);
  EXPECT_EQ(registry.find(7), nullptr);
}

TEST(SessionRegistry, AReplicaIsForgottenWhenAnotherUserTakesTheConnection) {
  SessionRegistry registry;
  const auto record = registry.add(1, "h");
  record->register_replica({.server_id = 42, .host = "r", .user = {}, .password = {}, .port = 3307}, "uuid");
  ASSERT_EQ(registry.replicas().size(), 1U);
  EXPECT_EQ(registry.replicas()[0].host, "r");
  record->log_in("u", "", "");
  EXPECT_TRUE(registry.replicas().empty());
}

}  // namespace
}  // namespace sluice::session
