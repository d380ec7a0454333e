#include "metadb/servers.h"

#include <thread>

#include <gtest/gtest.h>

#include "metadb/cluster_for_test.h"

namespace sluice::metadb {
namespace {

class ServersTest : public ClusterTest {
 protected:
  [[nodiscard]] static Server only_server(MetaDb& database) {
    auto servers = list_servers(database, ServerDetail::liveness);
    EXPECT_TRUE(servers && servers->size() == 1);
    return servers ? servers->front() : Server{};
  }
};
SLUICE_ON_EACH_DATABASE(ServersTest);

TEST_P(ServersTest, registering_again_is_another_incarnation) {
  MetaDb database = open();
  EXPECT_EQ(counted(register_server(database, server("s1"))), 2);
  expect_done(beat(database, {.id = "s1", .incarnation = 2}));
  const auto old = beat(database, {.id = "s1", .incarnation = 1});
  ASSERT_FALSE(old);
  EXPECT_EQ(old.error().kind, ErrorKind::refused);
}

TEST_P(ServersTest, everything_of_one_comes_back) {
  MetaDb database = open();
  expect_done(beat(database, {.id = "s1", .incarnation = 1, .metrics = R"({"cpu":0.5})"}));
  const auto servers = list_servers(database, ServerDetail::everything);
  ASSERT_TRUE(servers) << servers.error().message;
  ASSERT_EQ(servers->size(), 1U);
  EXPECT_EQ(servers->front().identity.address, "10.0.0.1");
  EXPECT_EQ(servers->front().identity.port, 2983);
  EXPECT_EQ(servers->front().state, ServerState::online);
  EXPECT_EQ(servers->front().metrics, R"({"cpu":0.5})");
  EXPECT_EQ(list_servers(database, ServerDetail::liveness)->front().metrics, "{}");
}

TEST_P(ServersTest, one_is_read_by_its_id) {
  MetaDb database = open();
  const auto server = read_server(database, "s1");
  ASSERT_TRUE(server) << server.error().message;
  EXPECT_EQ(server->identity.address, "10.0.0.1");
  const auto missing = read_server(database, "s9");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::not_found);
}

TEST_P(ServersTest, age_of_a_beat_is_told_by_the_meta_db) {
  MetaDb database = open();
  expect_done(beat(database, {.id = "s1", .incarnation = 1}));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const auto age = list_servers(database, ServerDetail::liveness)->front().beat_age;
  EXPECT_GE(age, std::chrono::milliseconds(40));
  EXPECT_LT(age, std::chrono::seconds(20));
}

TEST_P(ServersTest, one_of_many_stores_a_judgement) {
  MetaDb database = open();
  const Server seen = only_server(database);
  std::atomic<int> winners = 0;
  std::vector<std::jthread> servers;
  for (int server = 0; server < 4; ++server) {
    servers.emplace_back([&] {
      MetaDb mine = open();
      if (counted(judge_server(mine, seen, ServerState::suspect))) ++winners;
    });
  }
  servers.clear();
  EXPECT_EQ(winners, 1);
  EXPECT_EQ(only_server(database).state, ServerState::suspect);
}

TEST_P(ServersTest, a_beat_after_the_look_wins_over_the_judgement) {
  MetaDb database = open();
  const Server seen = only_server(database);
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  expect_done(beat(database, {.id = "s1", .incarnation = 1}));
  EXPECT_FALSE(counted(judge_server(database, seen, ServerState::suspect)));
  EXPECT_EQ(only_server(database).state, ServerState::online);
}

TEST_P(ServersTest, who_beats_or_registers_is_online_again) {
  MetaDb database = open();
  for (const ServerState judged : {ServerState::suspect, ServerState::offline}) {
    EXPECT_TRUE(counted(judge_server(database, only_server(database), judged)));
    expect_done(beat(database, {.id = "s1", .incarnation = 1}));
    EXPECT_EQ(only_server(database).state, ServerState::online);
  }
  EXPECT_TRUE(counted(judge_server(database, only_server(database), ServerState::suspect)));
  EXPECT_EQ(counted(register_server(database, server("s1"))), 2);
  EXPECT_EQ(only_server(database).state, ServerState::online);
}

TEST_P(ServersTest, age_of_a_state_begins_with_its_change_alone) {
  MetaDb database = open();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  expect_done(beat(database, {.id = "s1", .incarnation = 1}));
  EXPECT_GE(only_server(database).state_age, std::chrono::milliseconds(40)) << "it was online before";
  const auto before = database.now();
  EXPECT_TRUE(counted(judge_server(database, only_server(database), ServerState::suspect)));
  const auto suspect_age = only_server(database).state_age;
  expect_done(beat(database, {.id = "s1", .incarnation = 1}));
  const auto online_age = only_server(database).state_age;
  const auto after = database.now();
  ASSERT_TRUE(before && after);
  EXPECT_LE(suspect_age.count(), *after - *before);
  EXPECT_LE(online_age.count(), *after - *before);
}

TEST_P(ServersTest, a_pause_outlives_beats_absence_and_registration) {
  MetaDb database = open();
  EXPECT_TRUE(counted(want_pause(database, "s1", true, somebody)));
  EXPECT_FALSE(counted(want_pause(database, "s1", true, somebody))) << "it is so already";
  EXPECT_TRUE(counted(judge_server(database, only_server(database), ServerState::suspect)));
  expect_done(beat(database, {.id = "s1", .incarnation = 1}));
  counted(register_server(database, server("s1")));
  EXPECT_TRUE(only_server(database).pause_wanted);
  EXPECT_EQ(only_server(database).state, ServerState::online);
  EXPECT_TRUE(counted(want_pause(database, "s1", false, somebody)));
  EXPECT_FALSE(only_server(database).pause_wanted);
  EXPECT_EQ(list_history(database, {}, {})->size(), 2U);
  EXPECT_EQ(want_pause(database, "none", true, somebody).error().kind, ErrorKind::not_found);
}

TEST_P(ServersTest, a_beat_is_one_statement_and_carries_all_instances) {
  MetaDb database = open();
  std::vector<InstanceReport> reports;
  for (int number = 0; number < 50; ++number) {
    reports.push_back({.name = "i" + std::to_string(number),
                       .state = InstanceState::running,
                       .pid = number,
                       .delay_ms = 12,
                       .subscribers = 3,
                       .last_file = "mysql-bin.000007",
                       .end_position = 4'294'967'296});
  }
  const auto before = database.statement_count();
  expect_done(beat(database, {.id = "s1", .incarnation = 1, .instances = reports}));
  EXPECT_EQ(database.statement_count() - before, 1U);
  EXPECT_EQ(read_reports(database, "s1").value(), reports);
  const auto all = list_reports(database);
  ASSERT_TRUE(all && all->size() == 1);
  EXPECT_EQ(all->front().id, "s1");
  EXPECT_EQ(all->front().instances, reports);
}

TEST_P(ServersTest, what_one_says_that_cannot_be_read_is_nothing_and_no_failure) {
  MetaDb database = open();
  const std::vector<InstanceReport> reports = {{.name = "i1"}};
  expect_done(beat(database, {.id = "s1", .incarnation = 1, .instances = reports}));
  ASSERT_TRUE(database.write("UPDATE servers SET report = '{' WHERE id = 's1'"));
  const auto all = list_reports(database);
  ASSERT_TRUE(all) << all.error().message;
  ASSERT_EQ(all->size(), 1U);
  EXPECT_TRUE(all->front().instances.empty());
}

TEST_P(ServersTest, one_with_instances_is_not_removed) {
  MetaDb database = open();
  make_tenant(database);
  EXPECT_FALSE(remove_server(database, "s1"));
  expect_done(drop_tenant(database, tenant_a, std::chrono::seconds(0), somebody));
  EXPECT_FALSE(remove_server(database, "s1")) << "their files are still there";
  for (const char* name : {"a1", "a2"}) {
    EXPECT_TRUE(change(database, name, InstanceState::logical_drop, {.to = InstanceState::drop}));
  }
  expect_done(remove_server(database, "s1"));
  EXPECT_TRUE(list_servers(database, ServerDetail::liveness)->empty());
}

TEST_P(ServersTest, a_second_one_joins_unless_the_meta_db_is_a_file) {
  MetaDb database = open();
  const auto second = register_server(database, server("s2"));
  if (GetParam() != database::Kind::sqlite) {
    EXPECT_EQ(counted(second), 1);
    return;
  }
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find("cluster of one server, and server s1 at 10.0.0.1:2983"), std::string::npos)
      << second.error().message;
}

TEST_P(ServersTest, an_address_has_one_id) {
  MetaDb database = open();
  ServerIdentity other = server("s1");
  other.id = "other";
  const auto registered = register_server(database, other);
  ASSERT_FALSE(registered);
  EXPECT_EQ(registered.error().kind, ErrorKind::refused) << registered.error().message;
}

TEST(InstanceReportTest, other_versions_and_other_text_are_met) {
  const auto newer = parse_reports(R"([{"name":"a","state":"Running","heat":3}])");
  ASSERT_TRUE(newer) << newer.error().message;
  EXPECT_EQ(newer->front(), (InstanceReport{.name = "a", .state = InstanceState::running}));
  for (const char* bad : {"", "{", "7", R"([{"name":5,"state":"Running"}])", R"([{"state":"Odd"}])", "[3]"}) {
    EXPECT_FALSE(parse_reports(bad)) << bad;
  }
  EXPECT_TRUE(parse_reports("[]")->empty());
}

TEST(InstanceReportTest, foreign_bytes_in_a_name_break_nothing) {
  const InstanceReport odd{.name = "\xff", .state = InstanceState::failed};
  EXPECT_TRUE(parse_reports(to_json({&odd, 1})));
}

}  // namespace
}  // namespace sluice::metadb
