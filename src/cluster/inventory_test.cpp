#include "cluster/inventory.h"

#include <gtest/gtest.h>

#include "cluster/test_cluster.h"

namespace sluice::cluster {
namespace {

using namespace test;

constexpr Resources asked{2, 4 * gibibyte, 50 * gibibyte, 1000};

Server busy_server() {
  Server busy = server("s1");
  busy.metrics->used = {3, 8 * gibibyte, 100 * gibibyte, 5000};
  return busy;
}

TEST(Inventory, WhatWasPlacedAfterTheMetricsIsAddedToThem) {
  const Inventory inventory({busy_server()}, std::vector{new_instance("c.t", "s1", asked)});
  EXPECT_EQ(inventory.taken(0), (Resources{5, 12 * gibibyte, 150 * gibibyte, 6000}));
}

TEST(Inventory, AnInstanceCountsAsMeasuredOnlyWhenItHadTimeToSettle) {
  HostedInstance young = instance("c.t", "s1", asked);
  young.placed_at = measured_at - std::chrono::seconds(59);
  young.used = Resources{0.5, gibibyte, 0, 0};
  EXPECT_EQ(Inventory({busy_server()}, std::vector{young}).taken(0),
            (Resources{4.5, 11 * gibibyte, 150 * gibibyte, 6000}));
  young.placed_at = measured_at - std::chrono::seconds(60);
  EXPECT_DOUBLE_EQ(Inventory({busy_server()}, std::vector{young}).taken(0).cpu, 3);
}

TEST(Inventory, PromisedMemoryAndDiskStayTakenUntilTheyAreUsed) {
  HostedInstance old = instance("c.t", "s1", asked);
  old.used = Resources{0.1, gibibyte, 20 * gibibyte, 10};
  EXPECT_EQ(Inventory({busy_server()}, std::vector{old}).taken(0), (Resources{3, 11 * gibibyte, 130 * gibibyte, 5000}));
  EXPECT_EQ(Inventory({busy_server()}, std::vector{old}, {.promised_percent = 0}).taken(0),
            busy_server().metrics->used);
}

TEST(Inventory, OneThatUsesMoreThanItAskedPromisesNothing) {
  HostedInstance greedy = instance("c.t", "s1", asked);
  greedy.used = Resources{4, 8 * gibibyte, 90 * gibibyte, 2000};
  const Inventory inventory({busy_server()}, std::vector{greedy});
  EXPECT_EQ(inventory.taken(0), busy_server().metrics->used);
  EXPECT_EQ(inventory.weight(0), *greedy.used);
}

TEST(Inventory, InstancesOfUnknownServersAreLeftOut) {
  const Inventory inventory({server("s1")}, std::vector{instance("c.t", "gone"), instance("c.t", "s1")});
  EXPECT_EQ(inventory.servers_of("c.t"), std::vector<std::size_t>{0});
  EXPECT_TRUE(inventory.servers_of("c.other").empty());
}

TEST(Inventory, AddedOnesCountAtOnce) {
  Inventory inventory({server("s1"), server("s2")}, {});
  inventory.add(new_instance("c.t", "s2", asked));
  EXPECT_EQ(inventory.taken(1), asked);
  EXPECT_EQ(inventory.servers_of("c.t"), std::vector<std::size_t>{1});
  EXPECT_EQ(inventory.instances_on(1).size(), 1U);
}

TEST(Inventory, AMoveTakesItsWholeWeightAlong) {
  Inventory inventory({busy_server(), server("s2")}, std::vector{instance("c.t", "s1", asked)});
  inventory.move(0, 1);
  EXPECT_EQ(inventory.taken(0), (Resources{1, 4 * gibibyte, 50 * gibibyte, 4000}));
  EXPECT_EQ(inventory.taken(1), asked);
  EXPECT_TRUE(inventory.instances_on(0).empty());
  EXPECT_EQ(inventory.instances()[0].server, "s2");
  EXPECT_EQ(inventory.servers_of("c.t"), std::vector<std::size_t>{1});
}

TEST(Inventory, RolesThatAreExchangedTakeCpuAndNetworkAlong) {
  HostedInstance primary = instance("c.t", "s1", asked);
  primary.primary = true;
  const HostedInstance follower = instance("c.t", "s2", {0.1, gibibyte, 50 * gibibyte, 10});
  Server second = server("s2");
  second.metrics->used = *follower.used;
  Inventory inventory({busy_server(), second}, std::vector{primary, follower});
  inventory.exchange_roles(0, 1);
  EXPECT_NEAR(inventory.taken(0).cpu, 1.1, 1e-9);
  EXPECT_NEAR(inventory.taken(1).cpu, 2, 1e-9);
  EXPECT_EQ(inventory.taken(0).disk, 100 * gibibyte);
  EXPECT_EQ(inventory.taken(1).disk, 50 * gibibyte);
  EXPECT_TRUE(inventory.instances()[1].primary);
  EXPECT_FALSE(inventory.instances()[0].primary);
}

TEST(Inventory, WithoutMetricsOnlyWhatIsPlacedIsKnown) {
  Server silent = server("s1");
  silent.metrics.reset();
  const Inventory inventory({silent}, std::vector{instance("c.t", "s1", asked)});
  EXPECT_EQ(inventory.capacity(0), Resources{});
  EXPECT_EQ(inventory.taken(0), (Resources{0, 0, 0, 0}));
}

}  // namespace
}  // namespace sluice::cluster
