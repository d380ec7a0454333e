#include "cluster/rebalance.h"

#include <gtest/gtest.h>

#include "cluster/test_cluster.h"

namespace sluice::cluster {
namespace {

using namespace test;

constexpr Resources large{1, 4 * gibibyte, 100 * gibibyte, 10'000'000};

/// Makes the metrics of the servers what their instances use.
Inventory measured(std::vector<Server> servers, const std::vector<HostedInstance>& instances) {
  for (Server& server : servers) {
    for (const HostedInstance& instance : instances) {
      if (instance.server == server.id) server.metrics->used = server.metrics->used + *instance.used;
    }
  }
  return {std::move(servers), instances};
}

std::vector<HostedInstance> tenants_on(std::string_view server, int count, const Resources& needs = large) {
  std::vector<HostedInstance> instances;
  for (int i = 0; i < count; ++i) {
    instances.push_back(instance("c.t" + std::to_string(i), server, needs));
    instances.back().primary = true;
  }
  return instances;
}

TEST(Rebalance, NothingMovesWithoutNeed) {
  const RebalancePlan plan = plan_rebalance(measured({server("s1"), server("s2")}, tenants_on("s1", 1)));
  EXPECT_TRUE(plan.moves.empty());
  EXPECT_EQ(plan.reason, "the fullest and the emptiest server differ by 9.7 points, 15.0 are tolerated");
}

TEST(Rebalance, AnEmptyServerGetsItsPart) {
  const RebalancePlan plan = plan_rebalance(measured({server("s1"), server("s2")}, tenants_on("s1", 6)));
  EXPECT_EQ(plan.moves.size(), 3U);
  EXPECT_NEAR(plan.difference_after, 0, 0.001);
  EXPECT_EQ(plan.bytes, 3 * large.disk);
  EXPECT_EQ(plan.moves[0].kind, RebalanceMove::Kind::data);
  EXPECT_EQ(plan.moves[0].from, "s1");
  EXPECT_EQ(plan.moves[0].to, "s2");
  EXPECT_EQ(plan.moves[0].reason, "load of s1:2983 58.1 % to 48.4 %, of s2:2983 0.0 % to 9.7 %, 100.0 GiB copied");
}

TEST(Rebalance, SizesCountNotNumbers) {
  const RebalancePlan plan = plan_rebalance(measured({server("s1", 8), server("s2", 24)}, tenants_on("s1", 4)));
  EXPECT_EQ(plan.moves.size(), 3U);
}

TEST(Rebalance, APrimaryMovesInsteadOfDataWhereThatIsEnough) {
  std::vector<HostedInstance> instances = tenants_on("s1", 4, {1, gibibyte, 10 * gibibyte, 90'000'000});
  for (HostedInstance follower : tenants_on("s2", 4, {0.05, gibibyte, 10 * gibibyte, 1'000'000})) {
    follower.primary = false;
    instances.push_back(follower);
  }
  const RebalancePlan plan = plan_rebalance(measured({server("s1"), server("s2")}, instances));
  ASSERT_EQ(plan.moves.size(), 2U);
  EXPECT_EQ(plan.moves[0].kind, RebalanceMove::Kind::primary);
  EXPECT_EQ(plan.moves[1].kind, RebalanceMove::Kind::primary);
  EXPECT_EQ(plan.bytes, 0U);
  EXPECT_NEAR(plan.difference_after, 0, 0.001);
}

TEST(Rebalance, WhatDoesNotRunStaysAndGetsNoRole) {
  std::vector<HostedInstance> instances = tenants_on("s1", 6);
  instances.push_back(instance("c.t0", "s2", {0.05, gibibyte, 100 * gibibyte, 0}));
  instances[6].movable = false;
  for (int i = 1; i < 6; ++i)
    instances[static_cast<std::size_t>(i)].movable = false;
  EXPECT_TRUE(plan_rebalance(measured({server("s1"), server("s2")}, instances)).moves.empty());
  instances[6].movable = true;
  EXPECT_EQ(plan_rebalance(measured({server("s1"), server("s2")}, instances)).moves.size(), 1U);
}

TEST(Rebalance, PrimariesComeBeforeData) {
  std::vector<HostedInstance> instances = tenants_on("s1", 7);
  for (int i = 0; i < 7; i += 3) {
    instances.push_back(instance("c.t" + std::to_string(i), "s2", {0.05, gibibyte, 100 * gibibyte, 0}));
  }
  const RebalancePlan plan =
      plan_rebalance(measured({server("s1", 12), server("s2", 12), server("s3", 12)}, instances));
  const auto first_data = std::ranges::find(plan.moves, RebalanceMove::Kind::data, &RebalanceMove::kind);
  EXPECT_NE(first_data, plan.moves.begin());
  EXPECT_NE(first_data, plan.moves.end());
  EXPECT_TRUE(std::all_of(first_data, plan.moves.end(),
                          [](const RebalanceMove& move) { return move.kind == RebalanceMove::Kind::data; }));
}

TEST(Rebalance, NeverTwoReplicasOnOneHostAndNoWorseSpread) {
  std::vector<HostedInstance> instances = tenants_on("e1", 6);
  for (int i = 0; i < 6; ++i)
    instances.push_back(instance("c.t" + std::to_string(i), "w1", large));
  // Only w2 is empty, in the region where all have a replica already.
  const std::vector<Server> servers = {server("e1", 8, "east"), server("w1", 8, "west"), server("w2", 8, "west")};
  const RebalancePlan plan = plan_rebalance(measured(servers, instances));
  ASSERT_FALSE(plan.moves.empty());
  for (const RebalanceMove& move : plan.moves)
    EXPECT_EQ(move.from, "w1") << move.reason;
}

TEST(Rebalance, DemandsAreKept) {
  std::vector<HostedInstance> instances = tenants_on("s1", 6);
  for (HostedInstance& instance : instances)
    instance.demands.ip = "s1";
  const RebalancePlan plan = plan_rebalance(measured({server("s1"), server("s2")}, instances));
  EXPECT_TRUE(plan.moves.empty());
  EXPECT_TRUE(contains(plan.reason, "spread, demands, limits or sizes allow no further move")) << plan.reason;
}

TEST(Rebalance, OneThatIsTooLargeToHelpStays) {
  const RebalancePlan plan =
      plan_rebalance(measured({server("s1"), server("s2")}, tenants_on("s1", 1, {4, 16 * gibibyte, 0, 400'000'000})));
  EXPECT_TRUE(plan.moves.empty());
}

TEST(Rebalance, OnlyServersThatMayGetSomethingTakePart) {
  std::vector<Server> servers = {server("s1"), server("s2"), server("s3")};
  servers[1].state = ServerState::paused;
  servers[2].metrics.reset();
  const RebalancePlan plan = plan_rebalance(measured({servers[0], servers[1]}, tenants_on("s1", 6)));
  EXPECT_TRUE(plan.moves.empty());
  EXPECT_TRUE(contains(plan.reason, "nowhere to move to"));
}

TEST(Rebalance, APlanHasALimitAndSaysSo) {
  RebalanceRules rules;
  rules.moves_max = 2;
  const RebalancePlan plan = plan_rebalance(measured({server("s1"), server("s2")}, tenants_on("s1", 6)), rules);
  EXPECT_EQ(plan.moves.size(), 2U);
  EXPECT_TRUE(contains(plan.reason, "run it again")) << plan.reason;
}

TEST(Rebalance, TheSameInputGivesTheSamePlan) {
  const Inventory inventory = measured({server("s1"), server("s2"), server("s3")}, tenants_on("s1", 7));
  const RebalancePlan first = plan_rebalance(inventory);
  const RebalancePlan second = plan_rebalance(inventory);
  ASSERT_EQ(first.moves.size(), second.moves.size());
  for (std::size_t i = 0; i < first.moves.size(); ++i)
    EXPECT_EQ(first.moves[i].reason, second.moves[i].reason);
}

}  // namespace
}  // namespace sluice::cluster
