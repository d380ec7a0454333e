#include "metadb/instances.h"

#include <array>
#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "metadb/cluster_for_test.h"
#include "metadb/meta_db.h"
#include "metadb/parameter_values.h"
#include "metadb/revisions.h"

namespace sluice::metadb {
namespace {

class InstancesTest : public ClusterTest {};
SLUICE_ON_EACH_DATABASE(InstancesTest);

TEST_P(InstancesTest, one_of_many_changes_a_state) {
  MetaDb database = open();
  make_tenant(database);
  std::atomic<int> winners = 0;
  std::vector<std::jthread> servers;
  for (int server = 0; server < 4; ++server) {
    servers.emplace_back([&] {
      MetaDb mine = open();
      if (change(mine, "a1", InstanceState::init, {.to = InstanceState::starting, .restarted = true})) ++winners;
    });
  }
  servers.clear();
  EXPECT_EQ(winners, 1);
  EXPECT_EQ(read_instance(database, "a1")->restarts, 1);
}

TEST_P(InstancesTest, a_change_stores_what_it_has_and_leaves_the_rest) {
  MetaDb database = open();
  make_tenant(database);
  make_running(database, "a1");
  constexpr std::array from = {InstanceState::starting, InstanceState::running};
  EXPECT_TRUE(counted(
      change_instance_state(database, "a1", from, {.to = InstanceState::failed, .pid = 0, .failure = "it's \\ out"})));
  const auto instance = read_instance(database, "a1");
  ASSERT_TRUE(instance) << instance.error().message;
  EXPECT_EQ(instance->state, InstanceState::failed);
  EXPECT_EQ(instance->port, 8100);
  EXPECT_EQ(instance->pid, 0);
  EXPECT_EQ(instance->ip, "10.0.0.1");
  EXPECT_EQ(instance->failure, "it's \\ out");
  EXPECT_GT(instance->failed_at, instance->created - std::chrono::seconds(1));
}

TEST_P(InstancesTest, names_are_used_once_even_after_a_drop) {
  MetaDb database = open();
  make_tenant(database);
  EXPECT_TRUE(counted(want_instance(database, "a1", Wanted::dropped, std::chrono::seconds(0), somebody)));
  EXPECT_LE(read_instance(database, "a1")->drop_in, std::chrono::seconds(0));
  EXPECT_TRUE(change(database, "a1", InstanceState::logical_drop, {.to = InstanceState::drop}));
  EXPECT_EQ(read_instance(database, "a1").error().kind, ErrorKind::not_found);
  EXPECT_EQ(list_instances(database, {.tenant = tenant_a, .history = true})->size(), 2U);
  EXPECT_GT(list_instances(database, {.names = {"a1"}, .history = true})->front().dropped.count(), 0);
  const auto again = create_instance(database, tenant_a, {.name = "a1", .server = "s1"}, somebody);
  ASSERT_FALSE(again);
  EXPECT_TRUE(is_duplicate(again.error())) << again.error().message;
}

TEST_P(InstancesTest, what_is_wanted_is_changed_until_it_is_dropped) {
  MetaDb database = open();
  make_tenant(database);
  EXPECT_TRUE(counted(want_instance(database, "a1", Wanted::stopped, {}, somebody)));
  EXPECT_EQ(read_instance(database, "a1")->wanted, Wanted::stopped);
  EXPECT_EQ(read_instance(database, "a1")->state, InstanceState::init);
  EXPECT_TRUE(counted(want_instance(database, "a1", Wanted::dropped, std::chrono::seconds(60), somebody)));
  EXPECT_FALSE(counted(want_instance(database, "a1", Wanted::running, {}, somebody)));
  EXPECT_FALSE(counted(want_instance(database, "none", Wanted::stopped, {}, somebody)));
  EXPECT_EQ(list_history(database, {.instance = "a1"}, {})->size(), 2U);
}

TEST_P(InstancesTest, a_primary_is_not_dropped_as_a_follower) {
  MetaDb database = open();
  make_tenant(database);
  EXPECT_TRUE(change(database, "a1", InstanceState::init, {.to = InstanceState::running}));
  EXPECT_TRUE(counted(set_primary(database, tenant_a, 0, "a1", somebody)));
  EXPECT_FALSE(counted(drop_follower(database, "a1", std::chrono::seconds(0), somebody)));
  EXPECT_EQ(read_instance(database, "a1")->wanted, Wanted::running);
  EXPECT_TRUE(counted(drop_follower(database, "a2", std::chrono::seconds(60), somebody)));
  EXPECT_EQ(read_instance(database, "a2")->wanted, Wanted::dropped);
}

TEST_P(InstancesTest, who_is_to_stop_does_not_become_primary) {
  MetaDb database = open();
  make_tenant(database);
  EXPECT_TRUE(change(database, "a1", InstanceState::init, {.to = InstanceState::running}));
  EXPECT_TRUE(counted(want_instance(database, "a1", Wanted::stopped, {}, somebody)));
  EXPECT_FALSE(counted(set_primary(database, tenant_a, 0, "a1", somebody)));
}

TEST_P(InstancesTest, one_more_needs_its_tenant_and_its_server) {
  MetaDb database = open();
  EXPECT_EQ(create_instance(database, tenant_a, {.name = "a3", .server = "s1"}, somebody).error().kind,
            ErrorKind::not_found);
  make_tenant(database);
  expect_done(create_instance(database, tenant_a, {.name = "a3", .server = "s1"}, somebody));
  EXPECT_EQ(create_instance(database, tenant_a, {.name = "a4", .server = "s9"}, somebody).error().kind,
            ErrorKind::not_found);
  EXPECT_EQ(list_instances(database, {.server = "s1"})->size(), 3U);
  EXPECT_EQ(list_instances(database, {.server = "s1"}, {.limit = 1, .offset = 2})->front().name, "a3");
}

TEST_P(InstancesTest, each_condition_of_a_list_counts) {
  MetaDb database = open();
  make_tenant(database);
  expect_done(create_tenant(database, {"c", "b"}, settings(), {{{.name = "b1", .server = "s1"}}}, somebody));
  const auto names = [&](const InstanceFilter& filter, Page page = {}) {
    std::string text;
    const auto instances = list_instances(database, filter, page).value();
    for (const Instance& instance : instances) {
      text += instance.name + " ";
    }
    return text;
  };
  EXPECT_EQ(names({}), "a1 a2 b1 ");
  EXPECT_EQ(names({.names = {"b1", "a1", "none"}}), "a1 b1 ");
  EXPECT_EQ(names({.tenant = tenant_a, .names = {"b1", "a1"}}), "a1 ");
  EXPECT_EQ(names({.server = "s2"}), "");
  EXPECT_EQ(names({.label = ServerLabel{ServerLabel::Kind::address, "10.0.0.1"}}, {.limit = 2}), "a1 a2 ");
  EXPECT_EQ(names({.label = ServerLabel{ServerLabel::Kind::zone, "z"}, .names = {"a2"}}), "a2 ");
  EXPECT_EQ(names({.label = ServerLabel{ServerLabel::Kind::region, "z"}}), "");
  EXPECT_EQ(names({.label = ServerLabel{ServerLabel::Kind::group, "z"}}), "");
  EXPECT_EQ(list_instances(database, {.names = std::vector<std::string>(1001, "x")}).error().kind, ErrorKind::limit);
}

TEST_P(InstancesTest, an_instance_is_read_with_whom_it_follows) {
  MetaDb database = open();
  make_tenant(database);
  EXPECT_EQ(read_instance(database, "a2")->leader, Leader{}) << "the tenant has no primary";
  make_running(database, "a1");
  EXPECT_TRUE(counted(set_primary(database, tenant_a, 0, "a1", somebody)));
  const Leader leader = read_instance(database, "a2")->leader;
  EXPECT_EQ(leader.name, "a1");
  EXPECT_EQ(leader.epoch, 1);
  EXPECT_EQ(leader.ip, "10.0.0.1");
  EXPECT_EQ(leader.port, 8100);
  EXPECT_EQ(leader.state, InstanceState::running);
  EXPECT_EQ(leader.wanted, Wanted::running);
}

TEST_P(InstancesTest, an_instance_follows_nobody_who_is_gone) {
  MetaDb database = open();
  make_tenant(database);
  make_running(database, "a1");
  EXPECT_TRUE(counted(set_primary(database, tenant_a, 0, "a1", somebody)));
  EXPECT_TRUE(change(database, "a1", InstanceState::running, {.to = InstanceState::drop}));
  const Leader leader = read_instance(database, "a2")->leader;
  EXPECT_EQ(leader.name, "a1");
  EXPECT_EQ(leader.server, "");
  EXPECT_EQ(leader.port, 0);
}

TEST_P(InstancesTest, a_changed_port_is_news_also_if_its_server_notes_it) {
  MetaDb database = open();
  make_tenant(database);
  const auto revision = [&] { return read_sight(database)->revisions.instances; };
  const auto before = revision();
  EXPECT_TRUE(change(database, "a1", InstanceState::init, {.to = InstanceState::starting, .by_its_server = true}));
  EXPECT_EQ(revision(), before);
  EXPECT_TRUE(change(database, "a1", InstanceState::starting,
                     {.to = InstanceState::running, .port = 8107, .by_its_server = true}));
  EXPECT_GT(revision(), before);
}

TEST_P(InstancesTest, parameters_go_with_their_instance) {
  MetaDb database = open();
  make_tenant(database);
  for (const char* name : {"a1", "a2"}) {
    expect_done(set_parameter(database, {ParameterLevel::instance, name, "p", "1"}));
  }
  EXPECT_TRUE(change(database, "a1", InstanceState::init, {.to = InstanceState::drop, .by_its_server = true}));
  const auto left = list_all_parameters(database);
  ASSERT_TRUE(left && left->size() == 1);
  EXPECT_EQ(left->front().scope, "a2");
}

TEST_P(InstancesTest, options_are_replaced_only_if_they_are_as_expected) {
  MetaDb database = open();
  make_tenant(database);
  EXPECT_TRUE(counted(set_instance_options(database, "a1", "{}", R"({"x":1})")));
  EXPECT_FALSE(counted(set_instance_options(database, "a1", "{}", R"({"x":2})")));
  EXPECT_EQ(read_instance(database, "a1")->options, R"({"x":1})");
}

}  // namespace
}  // namespace sluice::metadb
