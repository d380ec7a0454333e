#include "metadb/tenants.h"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "metadb/cluster_for_test.h"
#include "metadb/log_files.h"
#include "metadb/meta_db.h"
#include "metadb/parameter_values.h"

namespace sluice::metadb {
namespace {

class TenantsTest : public ClusterTest {};
SLUICE_ON_EACH_DATABASE(TenantsTest);

TEST_P(TenantsTest, come_back_as_they_were_made) {
  MetaDb database = open();
  make_tenant(database);
  const auto tenant = read_tenant(database, tenant_a);
  ASSERT_TRUE(tenant) << tenant.error().message;
  EXPECT_EQ(tenant->settings, settings());
  EXPECT_EQ(tenant->epoch, 0);
  EXPECT_EQ(tenant->primary_instance, "");
  EXPECT_EQ(list_tenants(database)->size(), 1U);
  EXPECT_EQ(list_instances(database, {.tenant = tenant_a})->size(), 2U);
  EXPECT_EQ(list_history(database, {.tenant = tenant_a}, {})->size(), 1U);
}

TEST_P(TenantsTest, those_of_a_server_have_an_instance_there) {
  MetaDb database = open();
  make_tenant(database);
  expect_done(create_tenant(database, {"c", "b"}, settings(), {}, somebody));
  const auto tenants = list_tenants_on(database, "s1");
  ASSERT_TRUE(tenants) << tenants.error().message;
  ASSERT_EQ(tenants->size(), 1U) << "the one with two instances once, the one without not";
  EXPECT_EQ(tenants->front().name, tenant_a);
  for (const char* name : {"a1", "a2"}) {
    EXPECT_TRUE(change(database, name, InstanceState::init, {.to = InstanceState::drop}));
  }
  EXPECT_TRUE(list_tenants_on(database, "s1")->empty());
}

TEST_P(TenantsTest, second_of_the_name_is_refused) {
  MetaDb database = open();
  make_tenant(database);
  const auto again = create_tenant(database, tenant_a, settings(), {}, somebody);
  ASSERT_FALSE(again);
  EXPECT_TRUE(is_duplicate(again.error())) << again.error().message;
}

TEST_P(TenantsTest, one_instance_that_cannot_be_placed_leaves_nothing) {
  MetaDb database = open();
  const std::vector<NewInstance> instances = {{.name = "a1", .server = "s1"}, {.name = "a2", .server = "nowhere"}};
  const auto made = create_tenant(database, tenant_a, settings(), instances, somebody);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind, ErrorKind::not_found);
  EXPECT_EQ(read_tenant(database, tenant_a).error().kind, ErrorKind::not_found);
  EXPECT_TRUE(list_instances(database, {})->empty());
  EXPECT_TRUE(list_history(database, {}, {})->empty());
}

TEST_P(TenantsTest, alterations_at_once_are_all_kept) {
  MetaDb database = open();
  make_tenant(database);
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      MetaDb mine = open();
      for (int round = 0; round < 5; ++round) {
        expect_done(alter_tenant(
            mine, tenant_a,
            [](TenantSettings& changed) -> Result<void> {
              ++changed.replicas;
              return {};
            },
            somebody));
      }
    });
  }
  threads.clear();
  EXPECT_EQ(read_tenant(database, tenant_a)->settings.replicas, settings().replicas + 20);
}

TEST_P(TenantsTest, refused_alteration_changes_nothing) {
  MetaDb database = open();
  make_tenant(database);
  const auto refuse = [](TenantSettings& changed) -> Result<void> {
    changed.replicas = 9;
    return fail(ErrorKind::invalid, "no");
  };
  EXPECT_FALSE(alter_tenant(database, tenant_a, refuse, somebody));
  EXPECT_EQ(read_tenant(database, tenant_a)->settings, settings());
  EXPECT_EQ(alter_tenant(database, {"c", "none"}, refuse, somebody).error().kind, ErrorKind::not_found);
}

TEST_P(TenantsTest, dropped_name_can_be_used_again_at_once) {
  MetaDb database = open();
  make_tenant(database);
  make_running(database, "a1");
  EXPECT_TRUE(counted(set_primary(database, tenant_a, 0, "a1", somebody)));
  expect_done(record_log_file(database, tenant_a, {.number = 1, .instance = "a1", .epoch = 1}));
  expect_done(set_parameter(database,
                            {.level = ParameterLevel::tenant, .scope = to_text(tenant_a), .name = "p", .value = "1"}));
  expect_done(drop_tenant(database, tenant_a, std::chrono::hours(2), somebody));
  const auto instance = read_instance(database, "a1");
  ASSERT_TRUE(instance) << instance.error().message;
  EXPECT_EQ(instance->state, InstanceState::logical_drop);
  EXPECT_EQ(instance->wanted, Wanted::dropped);
  EXPECT_GT(instance->drop_in, std::chrono::minutes(119));
  EXPECT_LE(instance->drop_in, std::chrono::minutes(120));
  EXPECT_EQ(drop_tenant(database, tenant_a, {}, somebody).error().kind, ErrorKind::not_found);
  expect_done(create_tenant(database, tenant_a, settings(), {}, somebody));
  EXPECT_TRUE(list_log_files(database, tenant_a)->empty());
  EXPECT_TRUE(list_parameters(database, ParameterLevel::tenant, to_text(tenant_a))->empty());
}

TEST_P(TenantsTest, one_of_many_sets_the_primary) {
  MetaDb database = open();
  make_tenant(database);
  make_running(database, "a1");
  make_running(database, "a2");
  std::atomic<int> winners = 0;
  std::vector<std::jthread> servers;
  for (int server = 0; server < 4; ++server) {
    servers.emplace_back([&, server] {
      MetaDb mine = open();
      if (counted(set_primary(mine, tenant_a, 0, server % 2 == 0 ? "a1" : "a2", somebody))) ++winners;
    });
  }
  servers.clear();
  EXPECT_EQ(winners, 1);
  EXPECT_EQ(read_tenant(database, tenant_a)->epoch, 1);
  EXPECT_EQ(list_history(database, {.tenant = tenant_a}, {})->size(), 2U) << "the losers left no trace";
}

TEST_P(TenantsTest, primary_is_a_running_instance_of_the_tenant) {
  MetaDb database = open();
  make_tenant(database);
  EXPECT_FALSE(counted(set_primary(database, tenant_a, 0, "a1", somebody))) << "not running";
  EXPECT_FALSE(counted(set_primary(database, tenant_a, 0, "other", somebody)));
  make_running(database, "a1");
  EXPECT_FALSE(counted(set_primary(database, tenant_a, 1, "a1", somebody))) << "another epoch";
  EXPECT_TRUE(counted(set_primary(database, tenant_a, 0, "a1", somebody)));
  EXPECT_TRUE(read_instance(database, "a1")->is_primary);
  EXPECT_FALSE(read_instance(database, "a2")->is_primary);
  EXPECT_TRUE(counted(set_primary(database, tenant_a, 1, "", somebody)));
  EXPECT_EQ(read_tenant(database, tenant_a)->primary_instance, "");
}

TEST_P(TenantsTest, a_new_primary_is_placed_and_named_or_neither) {
  MetaDb database = open();
  make_tenant(database);
  const NewInstance made{.name = "new", .server = "s1"};
  EXPECT_FALSE(counted(create_primary(database, tenant_a, 1, made, somebody))) << "another epoch";
  const SilentServer beaten{.id = "s1", .heartbeat = std::chrono::microseconds(1)};
  EXPECT_FALSE(counted(create_primary(database, tenant_a, 0, made, somebody, beaten))) << "it has beaten since";
  EXPECT_FALSE(create_primary(database, tenant_a, 0, {.name = "new", .server = "s9"}, somebody));
  EXPECT_FALSE(create_primary(database, tenant_a, 0, {.name = "a1", .server = "s1"}, somebody)) << "a name in use";
  EXPECT_EQ(read_tenant(database, tenant_a)->epoch, 0);
  EXPECT_FALSE(read_instance(database, "new"));
  EXPECT_TRUE(counted(create_primary(database, tenant_a, 0, made, somebody)));
  EXPECT_TRUE(read_instance(database, "new")->is_primary);
  EXPECT_EQ(read_tenant(database, tenant_a)->epoch, 1);
}

TEST(PasswordPurposeTest, dots_in_names_do_not_mix_tenants_up) {
  EXPECT_NE(password_purpose({"a.b", "c"}), password_purpose({"a", "b.c"}));
}

}  // namespace
}  // namespace sluice::metadb
