#include "cluster/placement.h"

#include <set>

#include <gtest/gtest.h>

#include "cluster/test_cluster.h"

namespace sluice::cluster {
namespace {

using namespace test;

const PlacementRequest request{"c.t", {}, modest};

/// The ip of the chosen server, or the error.
std::string placed(const Inventory& inventory, const PlacementRequest& asked = request,
                   const PlacementRules& rules = {}, std::uint64_t seed = 1) {
  const auto placement = place_replica(inventory, asked, rules, seed);
  return placement ? inventory.servers()[placement->server].ip : placement.error().message;
}

Server using_of(Server server, double cpu, double memory, double disk) {
  const Resources& has = server.metrics->capacity;
  server.metrics->used = {has.cpu * cpu, static_cast<std::uint64_t>(static_cast<double>(has.memory) * memory),
                          static_cast<std::uint64_t>(static_cast<double>(has.disk) * disk), 0};
  return server;
}

TEST(Placement, TheServerWithMostFreeIsChosenNotTheFirst) {
  const Inventory inventory({using_of(server("s1"), 0.5, 0.5, 0.5), using_of(server("s2"), 0.1, 0.1, 0.1),
                             using_of(server("s3"), 0.4, 0, 0.4)},
                            {});
  EXPECT_EQ(placed(inventory), "s2");
}

TEST(Placement, WeightsDecideWhatCounts) {
  const Inventory inventory({using_of(server("s1"), 0.1, 0.6, 0.1), using_of(server("s2"), 0.6, 0.1, 0.1)}, {});
  PlacementRules rules;
  rules.weights = {1, 0, 0, 0};
  EXPECT_EQ(placed(inventory, request, rules), "s1");
  rules.weights = {0, 1, 0, 0};
  EXPECT_EQ(placed(inventory, request, rules), "s2");
}

TEST(Placement, FreeIsWhatIsLeftWithTheNewOne) {
  // Half of a small host is less than half of a large one when it has to hold the same.
  const Inventory inventory({using_of(server("small", 2), 0.4, 0.4, 0.4), using_of(server("large", 16), 0.5, 0.5, 0.5)},
                            {});
  EXPECT_EQ(placed(inventory, {"c.t", {}, {1, gibibyte, 50 * gibibyte, 0}}), "large");
}

TEST(Placement, WhatWasJustPlacedCountsThoughNoMetricsShowIt) {
  const Resources half{4, 16 * gibibyte, 300 * gibibyte, 0};
  const Inventory inventory({server("s1"), using_of(server("s2"), 0.2, 0.2, 0.2)},
                            std::vector{new_instance("c.other", "s1", half)});
  EXPECT_EQ(placed(inventory), "s2");
}

TEST(Placement, AmongEqualsTheSeedDecidesAndAlwaysTheSame) {
  const Inventory inventory({server("s1"), server("s2"), server("s3")}, {});
  std::set<std::string> chosen;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    chosen.insert(placed(inventory, request, {}, seed));
    EXPECT_EQ(placed(inventory, request, {}, seed), placed(inventory, request, {}, seed));
  }
  EXPECT_EQ(chosen.size(), 3U);
}

TEST(Placement, OrderOfTheRowsDoesNotMatter) {
  const Inventory forth({server("s1"), server("s2"), server("s3")}, {});
  const Inventory back({server("s3"), server("s2"), server("s1")}, {});
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    EXPECT_EQ(placed(forth, request, {}, seed), placed(back, request, {}, seed));
  }
}

TEST(Placement, AnIdleClusterOfUnknownLineSpeedDividesByNothing) {
  Server first = server("s1");
  Server second = server("s2");
  first.metrics->capacity.network = 0;
  const Inventory inventory({first, second}, {});
  PlacementRules rules;
  rules.weights = {0, 0, 0, 1};
  const auto placement = place_replica(inventory, {"c.t", {}, {}}, rules, 1);
  ASSERT_TRUE(placement);
  EXPECT_TRUE(contains(placement->reason, "network 100 %")) << placement->reason;
}

TEST(Placement, WhereALineSpeedIsUnknownTheShareOfTrafficCounts) {
  Server first = server("s1");
  Server second = server("s2");
  first.metrics->capacity.network = 0;
  first.metrics->used.network = 9'000'000;
  second.metrics->used.network = 1'000'000;
  PlacementRules rules;
  rules.weights = {0, 0, 0, 1};
  EXPECT_EQ(placed(Inventory({first, second}, {}), request, rules), "s2");
}

TEST(Placement, OnlyServersThatAreOnlineAndBeat) {
  std::vector<Server> servers = {server("s1"), server("s2"), server("s3"), server("s4"), server("s5")};
  servers[0].state = ServerState::suspect;
  servers[1].state = ServerState::offline;
  servers[2].state = ServerState::paused;
  servers[3].heartbeat_age = std::chrono::milliseconds(10'000);
  EXPECT_EQ(placed(Inventory(servers, {})), "s5");
  servers.pop_back();
  const auto none = place_replica(Inventory(servers, {}), request, {}, 1);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().message,
            "No node of the cluster is ONLINE: of 4 servers: 'ONLINE' took 4 (s1:2983: SUSPECT, s2:2983: OFFLINE, "
            "s3:2983: PAUSED, s4:2983: no heartbeat for 10.0 s)");
}

TEST(Placement, NoServersAtAllIsAnError) {
  EXPECT_FALSE(place_replica(Inventory({}, {}), request, {}, 1));
}

TEST(Placement, DemandsAreMetOrNamed) {
  std::vector<Server> servers = {server("s1", 8, "east"), server("s2", 8, "west")};
  servers[0].zone = "z1";
  servers[1].zone = "z2";
  servers[1].group = "g2";
  const Inventory inventory(servers, {});
  const auto demanding = [&](Demands demands) { return placed(inventory, {"c.t", std::move(demands), modest}); };
  EXPECT_EQ(demanding({.ip = "s2"}), "s2");
  EXPECT_EQ(demanding({.zone = "z1"}), "s1");
  EXPECT_EQ(demanding({.group = "g2"}), "s2");
  EXPECT_EQ(demanding({.region = "east"}), "s1");
  EXPECT_TRUE(demanding({.ip = "s9"}).starts_with("not matched any node with ip 's9': of 2 servers"));
  EXPECT_TRUE(demanding({.zone = "z9"}).starts_with("not matched any node with zone 'z9': "));
  EXPECT_TRUE(demanding({.group = "g9"}).starts_with("not matched any node with group 'g9': "));
  EXPECT_TRUE(demanding({.region = "north"}).starts_with("not matched any node with region 'north': "));
  EXPECT_EQ(demanding({.zone = "z1", .group = "g2"}),
            "not matched any node with group 'g2': of 2 servers: 'zone z1' took 1 (s2:2983: z2); 'group g2' took 1 "
            "(s1:2983: has no group)");
}

TEST(Placement, FullServersAreRefusedAtTheLimitItself) {
  const auto refused = [](const Server& full) { return placed(Inventory({full}, {})); };
  EXPECT_EQ(refused(using_of(server("s1"), 0.80, 0, 0)),
            "Node resources are insufficient: of 1 servers: 'with the resources' took 1 (s1:2983: CPU 80 % taken, the "
            "limit is 80 %)");
  EXPECT_TRUE(contains(refused(using_of(server("s1"), 0, 0.86, 0)), "memory 86 % taken, the limit is 85 %"));
  EXPECT_TRUE(contains(refused(using_of(server("s1"), 0, 0, 0.71)), "disk 71 % taken, the limit is 70 %"));
  EXPECT_EQ(refused(using_of(server("s1"), 0.79, 0.84, 0.69)), "s1");
}

TEST(Placement, FreeMemoryAndDiskHaveToHoldWhatIsAsked) {
  const Inventory inventory({using_of(server("s1", 4), 0, 0.5, 0.5)}, {});
  EXPECT_EQ(placed(inventory, {"c.t", {}, {0, 8 * gibibyte, 200 * gibibyte, 0}}), "s1");
  EXPECT_TRUE(
      contains(placed(inventory, {"c.t", {}, {0, 9 * gibibyte, 0, 0}}), "8.0 GiB of memory free, 9.0 GiB asked"));
  EXPECT_TRUE(
      contains(placed(inventory, {"c.t", {}, {0, 0, 201 * gibibyte, 0}}), "200.0 GiB of disk free, 201.0 GiB asked"));
}

TEST(Placement, LimitsAreParametersAndCanBeOff) {
  const Inventory inventory({using_of(server("s1"), 0.9, 0.9, 0.9)}, {});
  PlacementRules rules;
  rules.check_resources = false;
  EXPECT_EQ(placed(inventory, request, rules), "s1");
  rules = {};
  rules.cpu_limit_percent = rules.memory_limit_percent = rules.disk_limit_percent = 95;
  EXPECT_EQ(placed(inventory, request, rules), "s1");
}

TEST(Placement, WithoutMetricsAServerIsTheLastChoiceAndNoneIfResourcesAreChecked) {
  Server silent = server("s1");
  silent.metrics.reset();
  EXPECT_TRUE(contains(placed(Inventory({silent}, {})), "it has told no metrics yet"));
  PlacementRules rules;
  rules.check_resources = false;
  EXPECT_EQ(placed(Inventory({silent}, {}), request, rules), "s1");
  EXPECT_EQ(placed(Inventory({silent, using_of(server("s2"), 0.99, 0.99, 0.99)}, {}), request, rules), "s2");
}

TEST(Placement, RegionsFirstThenIdcsThenLoad) {
  const std::vector<Server> servers = {server("e1", 8, "east", "a"), server("e2", 8, "east", "b"),
                                       using_of(server("w1", 8, "west", "a"), 0.7, 0.7, 0.6)};
  const auto beside = [&](std::vector<HostedInstance> held) { return placed(Inventory(servers, held)); };
  EXPECT_EQ(beside({instance("c.t", "e1")}), "w1");
  EXPECT_EQ(beside({instance("c.t", "e1"), instance("c.t", "w1")}), "e2");
  EXPECT_EQ(beside({instance("c.t", "w1"), instance("c.t", "e2")}), "e1");
}

TEST(Placement, IdcsOfOneNameInTwoRegionsAreTwo) {
  const std::vector<Server> servers = {server("e1", 8, "east", "a"), server("w1", 8, "west", "a"),
                                       server("w2", 8, "west", "b"),
                                       using_of(server("w3", 8, "west", "a"), 0.5, 0.5, 0.5)};
  EXPECT_EQ(placed(Inventory(servers, std::vector{instance("c.t", "e1"), instance("c.t", "w2")}),
                   {"c.t", {.region = "west"}, modest}),
            "w1");
}

TEST(Placement, AFullRegionIsPassedOver) {
  const Inventory inventory(
      {server("e1", 8, "east"), server("e2", 8, "east"), using_of(server("w1", 8, "west"), 0.1, 0.1, 0.9)},
      std::vector{instance("c.t", "e1")});
  EXPECT_EQ(placed(inventory), "e2");
}

TEST(Placement, NeverTwoReplicasOnOneHost) {
  Server same_host = server("s2");
  same_host.ip = "s1";
  same_host.port = 2984;
  const auto none =
      place_replica(Inventory({server("s1"), same_host}, std::vector{instance("c.t", "s1")}), request, {}, 1);
  ASSERT_FALSE(none);
  EXPECT_TRUE(none.error().message.starts_with("Not enough nodes: no two replicas of a tenant share a host"))
      << none.error().message;
}

TEST(Placement, TheReasonTellsFiltersSpreadAndWeights) {
  std::vector<Server> servers = {server("s1", 8, "east", "a"), server("s2", 8, "east", "b"), server("s3", 8, "west")};
  servers[2].state = ServerState::suspect;
  const auto placement =
      place_replica(Inventory(servers, std::vector{instance("c.t", "s1")}), {"c.t", {.region = "east"}, modest}, {}, 1);
  ASSERT_TRUE(placement);
  EXPECT_EQ(placement->reason,
            "s2:2983: of 3 servers 2 ONLINE, 2 region east, 1 without a replica of it, 1 with the resources; spread: 1 "
            "in regions with 1, 1 in IDCs with none; free with it: CPU 97 %, memory 99 %, disk 99 %, network 100 %, by "
            "1:1:1:1 0.987");
}

TEST(Placement, ErrorsOfALargeClusterStayShort) {
  std::vector<Server> servers;
  for (int i = 0; i < 1000; ++i)
    servers.push_back(using_of(server("10.0.0." + std::to_string(i)), 0.9, 0, 0));
  const std::string error = placed(Inventory(servers, {}));
  EXPECT_TRUE(contains(error, "took 1000 (")) << error;
  EXPECT_TRUE(contains(error, "and 996 more")) << error;
  EXPECT_LT(error.size(), 600U);
}

TEST(PlacementOfReplicas, EachOnAHostOfItsOwnInAnotherRegionFirst) {
  const Inventory inventory({server("e1", 8, "east", "a"), server("e2", 8, "east", "a"), server("e3", 8, "east", "b"),
                             server("w1", 2, "west", "a")},
                            {});
  const auto placements = place_replicas(inventory, request, 3, {}, 7);
  ASSERT_TRUE(placements) << placements.error().message;
  std::set<std::string> regions;
  for (std::size_t i = 0; i < 2; ++i)
    regions.insert(inventory.servers()[(*placements)[i].server].region);
  EXPECT_EQ(regions.size(), 2U);
  std::set<std::string> idcs;
  for (const Placement& placement : *placements) {
    idcs.insert(inventory.servers()[placement.server].region + inventory.servers()[placement.server].idc);
  }
  EXPECT_EQ(idcs.size(), 3U);
}

TEST(PlacementOfReplicas, AllOrNone) {
  const Inventory inventory({server("s1"), server("s2")}, {});
  EXPECT_TRUE(place_replicas(inventory, request, 2, {}, 1));
  const auto three = place_replicas(inventory, request, 3, {}, 1);
  ASSERT_FALSE(three);
  EXPECT_EQ(
      three.error().message,
      "Not enough nodes: no two replicas of a tenant share a host: of 2 servers: 'without a replica of it' took 2 "
      "(s1:2983: its host has a replica, s2:2983: its host has a replica). 2 of 3 replicas can be placed");
}

TEST(PlacementOfReplicas, NumbersOutOfRangeAreRefused) {
  const Inventory inventory({server("s1")}, {});
  EXPECT_FALSE(place_replicas(inventory, request, 0, {}, 1));
  EXPECT_FALSE(place_replicas(inventory, request, replicas_max + 1, {}, 1));
}

}  // namespace
}  // namespace sluice::cluster
