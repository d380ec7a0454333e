#include "ctl/overview.h"

#include <gtest/gtest.h>

namespace sluice::ctl {
namespace {

using mysql::QueryResult;

QueryResult nodes_with(const std::string& state) {
  return {.columns = {"id", "ip", "port", "zone", "region", "group", "state", "metric"},
          .types = {},
          .rows = {{"n1", "10.0.0.1", "2983", "", "", std::nullopt, state, "{}"}},
          .ok = {}};
}

QueryResult instances_with(const std::vector<std::vector<std::string>>& instances) {
  QueryResult result{
      .columns = {"name", "ob_cluster", "ob_tenant", "ip", "port", "state"}, .types = {}, .rows = {}, .ok = {}};
  for (const auto& one : instances) {
    result.rows.push_back({one[0], "c", one[1], "10.0.0.1", one[2], one[3]});
  }
  return result;
}

const Primary at_8100{.ip = "10.0.0.1", .port = "8100", .trouble = ""};
const Primary none{.ip = "", .port = "", .trouble = "tenant has no master service instance"};

TEST(Overview, AllIsWell) {
  const auto overview = make_overview(nodes_with("ONLINE"),
                                      instances_with({{"a", "t", "8101", "Running"}, {"b", "t", "8100", "Running"}}),
                                      {{{"c", "t"}, at_8100}});
  ASSERT_TRUE(overview);
  EXPECT_TRUE(overview->troubles.empty());
  EXPECT_TRUE(overview->not_running.rows.empty());
  ASSERT_EQ(overview->tenants.rows.size(), 1U);
  EXPECT_EQ(overview->tenants.rows[0], (mysql::Row{"c", "t", "b", "10.0.0.1:8100", "2", "2", std::nullopt}));
}

TEST(Overview, AddressesOfVersion6StandInBrackets) {
  QueryResult instances = instances_with({{"a", "t", "8100", "Running"}});
  instances.rows[0][3] = "fd00::1";
  const auto overview =
      make_overview(nodes_with("ONLINE"), instances, {{{"c", "t"}, {.ip = "fd00::1", .port = "8100", .trouble = ""}}});
  EXPECT_EQ(overview->tenants.rows.at(0)[2], "a");
  EXPECT_EQ(overview->tenants.rows.at(0)[3], "[fd00::1]:8100");
}

TEST(Overview, OnlyTenantsWithoutRunningPrimaryAreToBeAskedFor) {
  QueryResult instances = instances_with({{"a", "t", "8100", "Running"},
                                          {"b", "t", "8101", "Running"},
                                          {"c", "lost", "8102", "Running"},
                                          {"d", "stopped", "8103", "Stop"}});
  EXPECT_NE(primaries_in(instances)->at({"c", "t"}).trouble, "");  // a server that tells no roles
  instances.columns.emplace_back("role");
  for (std::size_t row = 0; row < 4; ++row) {
    instances.rows[row].emplace_back(row == 1 || row == 3 ? "primary" : "follower");
  }
  const auto primaries = primaries_in(instances);
  EXPECT_EQ(primaries->at({"c", "t"}).port, "8101");
  EXPECT_EQ(primaries->at({"c", "t"}).trouble, "");
  EXPECT_NE(primaries->at({"c", "lost"}).trouble, "");
  EXPECT_NE(primaries->at({"c", "stopped"}).trouble, "");
}

TEST(Overview, WhyAnInstanceFailedIsTold) {
  QueryResult instances = instances_with({{"a", "t", "8100", "Failed"}});
  instances.columns.emplace_back("reason");
  instances.rows[0].emplace_back("no such user");
  const auto overview = make_overview(nodes_with("ONLINE"), instances, {{{"c", "t"}, none}});
  EXPECT_EQ(overview->troubles.at(0), "instance a of c.t is in state Failed: no such user");
  EXPECT_EQ(overview->not_running.rows.at(0).back(), "no such user");
}

TEST(Overview, ATenantThatCapturesNothingIsNotWell) {
  QueryResult instances = instances_with({{"a", "t", "8100", "Running"}, {"b", "u", "8101", "Running"}});
  instances.columns.insert(instances.columns.end(), {"role", "convert_running", "reason"});
  instances.rows[0].insert(instances.rows[0].end(), {"primary", "0", "Access denied"});
  instances.rows[1].insert(instances.rows[1].end(), {"primary", "0", std::nullopt});
  const auto overview = make_overview(nodes_with("ONLINE"), instances, primaries_in(instances).value());
  EXPECT_EQ(
      overview->troubles,
      (std::vector<std::string>{"instance a of c.t captures nothing: Access denied",
                                "instance b of c.u captures nothing: it has not reached the tenant's database yet"}));
  EXPECT_EQ(overview->tenants.rows.at(0)[6], "Access denied");
  EXPECT_TRUE(overview->not_running.rows.empty());
}

TEST(Overview, APausedServerIsWellAndALostOneIsNot) {
  EXPECT_TRUE(make_overview(nodes_with("PAUSED"), instances_with({}), {})->troubles.empty());
  const auto overview = make_overview(nodes_with("OFFLINE"), instances_with({}), {});
  EXPECT_EQ(overview->troubles, (std::vector<std::string>{"server 10.0.0.1:2983 is OFFLINE"}));
}

TEST(Overview, ATenantWithoutPrimaryIsTrouble) {
  const auto overview =
      make_overview(nodes_with("ONLINE"), instances_with({{"a", "t.x", "8100", "Failed"}}), {{{"c", "t.x"}, none}});
  EXPECT_EQ(overview->troubles, (std::vector<std::string>{"instance a of c.t.x is in state Failed",
                                                          "tenant c.t.x has no primary: " + none.trouble}));
  EXPECT_EQ(overview->tenants.rows[0][2], std::nullopt);
  EXPECT_EQ(overview->tenants.rows[0][6], none.trouble);
}

TEST(Overview, WhatAPersonStoppedIsListedAndNoTrouble) {
  const auto overview =
      make_overview(nodes_with("ONLINE"), instances_with({{"a", "t", "8100", "Stop"}}), {{{"c", "t"}, none}});
  EXPECT_TRUE(overview->troubles.empty());
  EXPECT_EQ(overview->not_running.rows.size(), 1U);
}

TEST(Overview, OneThatStartsIsNotWellYet) {
  const auto overview =
      make_overview(nodes_with("ONLINE"), instances_with({{"a", "t", "8100", "Running"}, {"b", "t", "0", "Starting"}}),
                    {{{"c", "t"}, at_8100}});
  EXPECT_EQ(overview->troubles.size(), 1U);
  EXPECT_EQ(overview->tenants.rows[0][5], "1");
}

TEST(Overview, ATenantThatIsBeingDroppedIsNone) {
  const auto instances = instances_with({{"a", "gone", "8100", "LogicalDrop"}, {"b", "t", "8101", "Stop"}});
  EXPECT_EQ(primaries_in(instances)->size(), 1U);
  const auto overview = make_overview(nodes_with("ONLINE"), instances, {});
  EXPECT_EQ(overview->tenants.rows.size(), 1U);
  EXPECT_EQ(overview->not_running.rows.size(), 2U);
}

TEST(Overview, AnAnswerWithoutItsColumnsIsRefused) {
  const auto overview = make_overview(nodes_with("ONLINE"), {}, {});
  ASSERT_FALSE(overview);
  EXPECT_NE(overview.error().message.find("SHOW BINLOG INSTANCES has no column name"), std::string::npos);
  EXPECT_FALSE(primaries_in({}));
}

TEST(Overview, AClusterWithoutServersIsNotWell) {
  QueryResult nodes = nodes_with("ONLINE");
  nodes.rows.clear();
  EXPECT_EQ(make_overview(nodes, instances_with({}), {})->troubles.size(), 1U);
}

}  // namespace
}  // namespace sluice::ctl
