#include "cluster/promotion.h"

#include <gtest/gtest.h>

namespace sluice::cluster {
namespace {

ReplicaStatus replica(std::string name, LogPlace end = {7, 1000}) {
  ReplicaStatus made;
  made.instance = std::move(name);
  made.server = ServerState::online;
  made.end = end;
  made.first_file = 1;
  return made;
}

std::string chosen(const std::vector<ReplicaStatus>& replicas, std::string_view not_among = {}) {
  const auto promotion = choose_primary(replicas, not_among);
  return promotion ? promotion->instance : promotion.error().message;
}

/// "a", "b" follows; its primary "a" is as told.
std::vector<ReplicaStatus> pair(ServerState server, InstanceState state, std::optional<bool> answers) {
  std::vector<ReplicaStatus> replicas = {replica("a", {9, 9}), replica("b")};
  replicas[0].server = server;
  replicas[0].state = state;
  replicas[0].answers = answers;
  return replicas;
}

TEST(Promotion, TheMostAdvancedByFileThenOffset) {
  EXPECT_EQ(chosen({replica("a", {7, 900}), replica("b", {7, 1000}), replica("c", {6, 9000})}), "b");
  EXPECT_EQ(chosen({replica("a", {8, 4}), replica("b", {7, 1'000'000})}), "a");
}

TEST(Promotion, TheNewestEpochBeforeTheLongestLog) {
  std::vector<ReplicaStatus> replicas = {replica("a", {9, 1}), replica("b", {8, 1})};
  replicas[0].epoch = 4;
  replicas[1].epoch = 5;
  EXPECT_EQ(chosen(replicas), "b");
}

TEST(Promotion, OfEqualsTheLongerPastThenTheName) {
  std::vector<ReplicaStatus> replicas = {replica("c"), replica("b"), replica("a")};
  EXPECT_EQ(chosen(replicas), "a");
  replicas[0].first_file = 0;
  EXPECT_EQ(chosen(replicas), "c");
}

TEST(Promotion, WhoCannotServeDoesNotCount) {
  std::vector<ReplicaStatus> replicas = {replica("a", {9, 1}), replica("b", {9, 1}), replica("c", {9, 1}),
                                         replica("d", {9, 1}), replica("e", {9, 1}), replica("f", {0, 0}),
                                         replica("g")};
  replicas[0].answers = false;
  replicas[1].state = InstanceState::failed;
  replicas[2].state = InstanceState::stopped;
  replicas[3].server = ServerState::offline;
  replicas[4].diverged = true;
  EXPECT_EQ(chosen(replicas), "g");
  replicas.pop_back();
  EXPECT_EQ(chosen(replicas),
            "no replica can be primary: a: does not answer, b: has failed, c: is stopped, d: its server is OFFLINE, e: "
            "its log "
            "differs from the primary's, f: has no log yet");
}

TEST(Promotion, AnInstanceThatAnswersLivesThoughItsServerIsOffline) {
  std::vector<ReplicaStatus> replicas = {replica("a", {9, 1}), replica("b")};
  replicas[0].server = ServerState::offline;
  replicas[0].answers = true;
  EXPECT_EQ(chosen(replicas), "a");
}

TEST(Promotion, ThePresentPrimaryIsLeftOut) {
  EXPECT_EQ(chosen({replica("a", {9, 1}), replica("b")}, "a"), "b");
  EXPECT_EQ(chosen({replica("a")}, "a"), "the tenant has no other replica");
}

TEST(Promotion, TheReasonTellsThePlace) {
  EXPECT_EQ(choose_primary(std::vector{replica("a"), replica("b")})->reason,
            "a is the most advanced of 2 living replicas, at mysql-bin.000007:1000");
}

TEST(Failover, ADeadSluicedBesideALivingInstanceMovesNothing) {
  const auto replicas = pair(ServerState::offline, InstanceState::running, true);
  EXPECT_EQ(std::get<LeaveIt>(decide_failover({"a", 3}, replicas)).reason, "a answers");
}

TEST(Failover, ThePrimaryIsAskedBeforeItIsReplaced) {
  const auto replicas = pair(ServerState::offline, InstanceState::running, std::nullopt);
  EXPECT_TRUE(std::holds_alternative<AskPrimary>(decide_failover({"a", 3}, replicas)));
}

TEST(Failover, ADeadPrimaryOnADeadServerIsReplaced) {
  const auto decision = decide_failover({"a", 3}, pair(ServerState::offline, InstanceState::running, false));
  EXPECT_EQ(std::get<Promotion>(decision).instance, "b");
  EXPECT_EQ(std::get<Promotion>(decision).reason,
            "the primary a does not answer and its server is OFFLINE; b is the only living replica, at "
            "mysql-bin.000007:1000");
}

TEST(Failover, ALivingServerRestartsItsInstanceItself) {
  for (const ServerState server : {ServerState::online, ServerState::suspect, ServerState::paused}) {
    const auto decision = decide_failover({"a", 3}, pair(server, InstanceState::starting, false));
    EXPECT_TRUE(std::holds_alternative<LeaveIt>(decision));
  }
}

TEST(Failover, OneThatGaveUpIsReplacedOnALivingServerToo) {
  const auto decision = decide_failover({"a", 3}, pair(ServerState::online, InstanceState::failed, std::nullopt));
  EXPECT_EQ(std::get<Promotion>(decision).instance, "b");
}

TEST(Failover, WhatAPersonStoppedStaysStopped) {
  const auto decision = decide_failover({"a", 3}, pair(ServerState::offline, InstanceState::stopped, false));
  EXPECT_TRUE(std::holds_alternative<LeaveIt>(decision));
}

TEST(Failover, WithoutAPrimaryOneIsChosen) {
  EXPECT_EQ(std::get<Promotion>(decide_failover({"", 0}, std::vector{replica("b")})).instance, "b");
  EXPECT_EQ(std::get<Promotion>(decide_failover({"dropped", 3}, std::vector{replica("b")})).instance, "b");
}

TEST(Failover, WithNobodyLeftTheReasonTellsAll) {
  auto replicas = pair(ServerState::offline, InstanceState::running, false);
  replicas[1].diverged = true;
  EXPECT_EQ(
      std::get<NobodyLeft>(decide_failover({"a", 3}, replicas)).reason,
      "the primary a does not answer and its server is OFFLINE; no replica can be primary: b: its log differs from "
      "the primary's");
}

}  // namespace
}  // namespace sluice::cluster
