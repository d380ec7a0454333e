#include "cluster/failover.h"

#include <gtest/gtest.h>

namespace sluice::cluster {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

ReplicaStatus replica(std::string name) {
  ReplicaStatus made;
  made.instance = std::move(name);
  made.server = ServerState::online;
  made.heartbeat_age = milliseconds(400);
  made.end = {7, 1000};
  made.first_file = 1;
  return made;
}

/// "b" follows; its primary "a" has a server silent for `silence`, and answers as told.
std::vector<ReplicaStatus> pair(milliseconds silence, std::optional<bool> answers) {
  std::vector<ReplicaStatus> replicas = {replica("a"), replica("b")};
  replicas[0].heartbeat_age = silence;
  replicas[0].answers = answers;
  return replicas;
}

FailoverDecision decided(const std::vector<ReplicaStatus>& replicas) {
  return decide_failover({"a", 3}, replicas);
}

template <typename Outcome>
std::string reason(const std::vector<ReplicaStatus>& replicas) {
  const auto decision = decided(replicas);
  const auto* outcome = std::get_if<Outcome>(&decision);
  return outcome == nullptr ? "decided otherwise" : outcome->reason;
}

TEST(Failover, ADeadSluicedBesideALivingInstanceMovesNothing) {
  EXPECT_EQ(reason<LeaveIt>(pair(seconds(100), true)), "a answers");
}

TEST(Failover, APrimaryOnASilentServerIsAskedBeforeItIsReplaced) {
  EXPECT_TRUE(std::holds_alternative<AskPrimary>(decided(pair(milliseconds(1500), std::nullopt))));
  auto never = pair(milliseconds(0), std::nullopt);
  never[0].heartbeat_age.reset();
  EXPECT_TRUE(std::holds_alternative<AskPrimary>(decided(never)));
}

TEST(Failover, ADeadPrimaryOnASilentServerIsReplaced) {
  EXPECT_EQ(reason<Promotion>(pair(milliseconds(1600), false)),
            "the primary a does not answer and its server has been silent for 1.6 s; b is the only living replica, at "
            "mysql-bin.000007:1000");
}

TEST(Failover, AServerThatBeatsRestartsItsInstanceItself) {
  auto replicas = pair(milliseconds(1499), false);
  replicas[0].state = InstanceState::starting;
  EXPECT_EQ(reason<LeaveIt>(replicas), "the server of a beats and looks after it");
}

TEST(Failover, OneThatLivesAndAnswersNothingIsAskedAndReplaced) {
  auto replicas = pair(milliseconds(400), std::nullopt);
  replicas[0].unanswered = milliseconds(4999);
  EXPECT_TRUE(std::holds_alternative<LeaveIt>(decided(replicas)));
  replicas[0].unanswered = milliseconds(5000);
  EXPECT_TRUE(std::holds_alternative<AskPrimary>(decided(replicas)));
  replicas[0].answers = false;
  EXPECT_EQ(reason<Promotion>(replicas),
            "the primary a does not answer and its process, which lives, has answered its server nothing for 5.0 s; b "
            "is the only living replica, at mysql-bin.000007:1000");
  replicas.pop_back();
  EXPECT_TRUE(std::holds_alternative<NobodyLeft>(decided(replicas)));
}

TEST(Failover, OneThatGaveUpIsReplacedOnAServerThatBeatsToo) {
  auto replicas = pair(milliseconds(400), std::nullopt);
  replicas[0].state = InstanceState::failed;
  EXPECT_EQ(std::get<Promotion>(decided(replicas)).instance, "b");
}

TEST(Failover, WhatAPersonStoppedStaysStopped) {
  auto replicas = pair(seconds(100), false);
  replicas[0].state = InstanceState::stopped;
  EXPECT_EQ(reason<LeaveIt>(replicas), "a was stopped by a person");
}

/// The primary's disk has been full for `time`; "b" follows.
std::vector<ReplicaStatus> full_disk(milliseconds time) {
  auto replicas = pair(milliseconds(400), std::nullopt);
  replicas[0].disk_state = "disk full";
  replicas[0].disk_trouble = time;
  replicas[1].follows = true;
  return replicas;
}

TEST(Failover, APrimaryWithAFullDiskGivesWayToAFollowerWithRoom) {
  EXPECT_TRUE(std::holds_alternative<LeaveIt>(decided(full_disk(milliseconds(4999)))));
  EXPECT_EQ(reason<Promotion>(full_disk(milliseconds(5000))),
            "the primary a has stored nothing for 5.0 s: disk full; of those that follow it and have room b is the "
            "only living replica, at mysql-bin.000007:1000");
}

TEST(Failover, AFullDiskMovesNothingToOneThatDoesNotFollowOrHasNoRoom) {
  auto replicas = full_disk(seconds(60));
  replicas[1].follows = false;
  EXPECT_EQ(reason<LeaveIt>(replicas),
            "the primary a has stored nothing for 60.0 s: disk full; no other replica follows it and has room");
  replicas[1].follows = true;
  replicas[1].disk_trouble = milliseconds(0);
  EXPECT_TRUE(std::holds_alternative<LeaveIt>(decided(replicas)));
  replicas.pop_back();
  EXPECT_TRUE(std::holds_alternative<LeaveIt>(decided(replicas)));
}

TEST(Failover, AFullDiskGivesWayToOneThatHasMoreAlready) {
  auto replicas = full_disk(seconds(5));
  replicas[1].follows = false;  // it waits for the primary to have as much
  replicas[1].end = {7, 2000};
  EXPECT_EQ(std::get<Promotion>(decided(replicas)).instance, "b");
}

TEST(Failover, ADiskThatTakesSomethingAgainMovesNothing) {
  auto replicas = full_disk(seconds(60));
  replicas[0].disk_state.clear();
  EXPECT_TRUE(std::holds_alternative<LeaveIt>(decided(replicas)));
}

TEST(Failover, WhatASilentServerSaidOfItsDiskDoesNotCount) {
  auto replicas = full_disk(seconds(60));
  replicas[0].heartbeat_age = milliseconds(1500);
  EXPECT_TRUE(std::holds_alternative<AskPrimary>(decided(replicas)));
  replicas[0].answers = true;
  EXPECT_TRUE(std::holds_alternative<LeaveIt>(decided(replicas)));
}

TEST(Failover, OneThatStoppedCapturingGivesWayToWhoHasMoreOfTheLog) {
  auto replicas = pair(milliseconds(400), std::nullopt);
  replicas[0].capture_stopped = true;
  EXPECT_TRUE(std::holds_alternative<LeaveIt>(decided(replicas))) << "b has no more than a";
  replicas[1].end = {21, 154};
  EXPECT_EQ(reason<Promotion>(replicas),
            "the primary a has stopped capturing, and others have more of the log; b is the only living replica, at "
            "mysql-bin.000021:154");
  replicas[0].capture_stopped = false;
  EXPECT_TRUE(std::holds_alternative<LeaveIt>(decided(replicas))) << "it gets there itself";
}

TEST(Failover, WithoutAPrimaryOneIsChosen) {
  EXPECT_EQ(std::get<Promotion>(decide_failover({"", 0}, std::vector{replica("b")})).instance, "b");
  EXPECT_EQ(std::get<Promotion>(decide_failover({"dropped", 3}, std::vector{replica("b")})).instance, "b");
}

TEST(Failover, WithNobodyLeftTheReasonTellsAll) {
  auto replicas = pair(milliseconds(3999), false);
  replicas[1].diverged = true;
  EXPECT_EQ(reason<NobodyLeft>(replicas),
            "the primary a does not answer and its server has been silent for 4.0 s; no replica can be primary: b: its "
            "log differs from the primary's");
}

TEST(Failover, ALoneTenantOnALostServerIsTakenOver) {
  auto replicas = pair(seconds(4), false);
  replicas.pop_back();
  EXPECT_EQ(reason<Takeover>(replicas),
            "the primary a does not answer and its server has been silent for 4.0 s; the tenant has no other replica");
  replicas[0].answers.reset();
  EXPECT_TRUE(std::holds_alternative<AskPrimary>(decided(replicas)));
}

TEST(Failover, AReplicaOnASilentServerIsNoHeir) {
  auto replicas = pair(seconds(5), false);
  replicas[1].heartbeat_age = seconds(5);
  EXPECT_TRUE(std::holds_alternative<Takeover>(decided(replicas)));
}

TEST(Failover, WhoIsNewOrWasCutOffJudgesNobody) {
  const Contact::Time start{seconds(1000)};
  EXPECT_EQ(may_judge({}, start).error().message, "the MetaDB has not answered yet");
  const Contact contact{start, start + milliseconds(2900)};
  EXPECT_FALSE(may_judge(contact, start + milliseconds(2999)));
  EXPECT_TRUE(may_judge(contact, start + milliseconds(3000)));
  EXPECT_EQ(may_judge(contact, start + milliseconds(4400)).error().message, "the MetaDB has not answered for 1.5 s");
}

}  // namespace
}  // namespace sluice::cluster
