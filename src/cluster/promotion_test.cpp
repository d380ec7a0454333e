#include "cluster/promotion.h"

#include <gtest/gtest.h>

namespace sluice::cluster {
namespace {

using std::chrono::milliseconds;

ReplicaStatus replica(std::string name, LogPlace end = {7, 1000}) {
  ReplicaStatus made;
  made.instance = std::move(name);
  made.server = ServerState::online;
  made.heartbeat_age = milliseconds(400);
  made.end = end;
  made.first_file = 1;
  return made;
}

std::string chosen(const std::vector<ReplicaStatus>& replicas, std::string_view not_among = {}) {
  const auto promotion = choose_primary(replicas, not_among);
  return promotion ? promotion->instance : promotion.error().message;
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
  replicas[3].heartbeat_age = milliseconds(2100);
  replicas[4].diverged = true;
  EXPECT_EQ(chosen(replicas), "g");
  replicas.pop_back();
  EXPECT_EQ(chosen(replicas),
            "no replica can be primary: a: does not answer, b: has failed, c: is stopped, d: its server has been "
            "silent for 2.1 s, e: its log differs from the primary's, f: has no log yet");
}

TEST(Promotion, OneThatIsFrozenDoesNotCount) {
  std::vector<ReplicaStatus> replicas = {replica("a", {9, 1}), replica("b")};
  replicas[0].unanswered = milliseconds(5000);
  EXPECT_EQ(chosen(replicas), "b");
  replicas[0].unanswered = milliseconds(4999);
  EXPECT_EQ(chosen(replicas), "a");
}

TEST(Promotion, RoomBeforeTheLongestLogButOneWithoutIsBetterThanNone) {
  std::vector<ReplicaStatus> replicas = {replica("a", {9, 1}), replica("b")};
  replicas[0].disk_trouble = milliseconds(0);
  EXPECT_EQ(chosen(replicas), "b");
  replicas.pop_back();
  EXPECT_EQ(chosen(replicas), "a");
}

TEST(Promotion, SilenceIsNoHeartbeatAnOldOneOrOneOfTheFuture) {
  ReplicaStatus one = replica("a");
  EXPECT_FALSE(silent_for(one, milliseconds(401)));
  EXPECT_TRUE(silent_for(one, milliseconds(400)));
  one.heartbeat_age = milliseconds(-3'600'000);
  EXPECT_TRUE(silent_for(one, milliseconds(1500)));
  EXPECT_EQ(silence_text(one), "its server's heartbeat is of a time 3600.0 s ahead");
  one.heartbeat_age.reset();
  EXPECT_TRUE(silent_for(one, milliseconds(1500)));
  EXPECT_EQ(silence_text(one), "its server has sent no heartbeat");
}

TEST(Promotion, AnInstanceThatAnswersLivesThoughItsServerIsSilent) {
  std::vector<ReplicaStatus> replicas = {replica("a", {9, 1}), replica("b")};
  replicas[0].heartbeat_age = milliseconds(9000);
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

}  // namespace
}  // namespace sluice::cluster
