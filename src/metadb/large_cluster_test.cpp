#include <fmt/format.h>
#include <gtest/gtest.h>

#include "metadb/accounts.h"
#include "metadb/cluster_for_test.h"
#include "metadb/parameter_values.h"
#include "metadb/revisions.h"

namespace sluice::metadb {
namespace {

constexpr int server_count = 100;
constexpr int tenant_count = 5000;
constexpr int replicas = 2;
constexpr std::uint64_t statements_a_second_max = 1000;
constexpr int beats_a_second = 2;

/// 100 servers that hold 5,000 tenants with two replicas each. Not on a file, which is for one server.
class LargeClusterTest : public ClusterTest {
 protected:
  static std::string server_id(int number) { return "s" + std::to_string(number % server_count + 1); }
  static std::string instance_name(int tenant, int replica) { return fmt::format("i{}_{}", tenant, replica); }

  static void make_servers(MetaDb& database) {
    for (int number = 1; number < server_count; ++number) {
      counted(register_server(database, server(server_id(number))));
    }
  }
  static void make_tenants(MetaDb& database) {
    expect_done(database.transaction([&]() -> Result<void> {
      for (int tenant = 0; tenant < tenant_count; ++tenant) {
        std::vector<NewInstance> instances;
        instances.reserve(replicas);
        for (int replica = 0; replica < replicas; ++replica) {
          instances.push_back({.name = instance_name(tenant, replica), .server = server_id(tenant + replica)});
        }
        auto made = create_tenant(database, {"c", std::to_string(tenant)}, settings(), instances, somebody);
        if (!made) return made;
      }
      return {};
    }));
  }

  /// What every server does with each beat, and what it knows afterwards.
  struct Known {
    Revisions revisions;
    std::vector<Instance> instances;
    std::vector<Tenant> tenants;
  };
  static void take_a_turn(MetaDb& database, const std::string& id, Known& known) {
    std::vector<InstanceReport> reports;
    reports.reserve(known.instances.size());
    for (const Instance& instance : known.instances) {
      reports.push_back({.name = instance.name, .state = InstanceState::running});
    }
    expect_done(beat(database, {.id = id, .incarnation = 1, .instances = reports}));
    const Sight sight = read_sight(database).value();
    EXPECT_EQ(sight.servers.size(), server_count);
    const Revisions& revisions = sight.revisions;
    if (revisions.accounts != known.revisions.accounts) {
      EXPECT_TRUE(list_accounts(database));
    }
    if (revisions.parameters != known.revisions.parameters) {
      EXPECT_TRUE(list_all_parameters(database));
    }
    if (revisions.instances != known.revisions.instances) {
      known.instances = list_instances(database, {.server = id}).value();
      known.tenants = list_tenants_on(database, id).value();
    }
    known.revisions = revisions;
  }
};
SLUICE_ON_EACH_SERVER(LargeClusterTest);

TEST_P(LargeClusterTest, all_servers_together_stay_below_a_thousand_statements_a_second) {
  MetaDb database = open();
  make_servers(database);
  make_tenants(database);
  std::vector<Known> known(server_count);
  const auto statements_of_a_second = [&] {
    const auto before = database.statement_count();
    for (int turn = 0; turn < beats_a_second * server_count; ++turn) {
      const int number = turn % server_count;
      take_a_turn(database, server_id(number), known[static_cast<std::size_t>(number)]);
    }
    return database.statement_count() - before;
  };
  EXPECT_LT(statements_of_a_second(), statements_a_second_max) << "when everything is new to everybody";
  for (const Known& one : known) {
    EXPECT_EQ(one.instances.size(), static_cast<std::size_t>(tenant_count * replicas / server_count));
    EXPECT_EQ(one.tenants.size(), one.instances.size());
  }
  EXPECT_EQ(statements_of_a_second(), 2U * beats_a_second * server_count) << "when nothing has changed";
}

}  // namespace
}  // namespace sluice::metadb
