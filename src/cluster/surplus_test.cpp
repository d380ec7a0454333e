#include "cluster/surplus.h"

#include <vector>

#include <gtest/gtest.h>

namespace sluice::cluster {
namespace {

ReplicaStatus replica(std::string name, std::uint64_t first_file, LogPlace end = {9, 500}) {
  ReplicaStatus made;
  made.instance = std::move(name);
  made.server = ServerState::online;
  made.heartbeat_age = Milliseconds(400);
  made.first_file = first_file;
  made.end = end;
  return made;
}

/// "drop x", "x to y" or "".
std::string surplus(const std::vector<ReplicaStatus>& replicas, const std::string& primary, unsigned wanted = 1) {
  const auto found = find_surplus({primary, 3}, replicas, wanted);
  if (!found) return "";
  return found->heir.empty() ? "drop " + found->instance : found->instance + " to " + found->heir;
}

TEST(Surplus, ThePrimaryOfATakeoverGivesBackBeforeItIsDropped) {
  const std::vector<ReplicaStatus> replicas = {replica("new", 8), replica("old", 1)};
  EXPECT_EQ(surplus(replicas, "new"), "new to old");
  EXPECT_EQ(surplus(replicas, "old"), "drop new");
}

TEST(Surplus, NothingIsDroppedBeforeAnotherIsAtTheNewestFile) {
  EXPECT_EQ(surplus({replica("new", 8), replica("old", 1, {8, 900})}, "new"), "");
  EXPECT_EQ(surplus({replica("new", 8), replica("old", 1, {9, 1})}, "new"), "new to old");
}

TEST(Surplus, OnlyWhoLivesCounts) {
  std::vector<ReplicaStatus> replicas = {replica("new", 8), replica("old", 1)};
  EXPECT_EQ(surplus(replicas, "new", 2), "");
  replicas[1].heartbeat_age = Milliseconds(1500);
  EXPECT_EQ(surplus(replicas, "new"), "");
  replicas[1].heartbeat_age = Milliseconds(0);
  replicas[1].state = InstanceState::starting;
  EXPECT_EQ(surplus(replicas, "new"), "");
}

TEST(Surplus, NothingIsDroppedWhileThePrimaryDoesNotLive) {
  std::vector<ReplicaStatus> replicas = {replica("a", 1), replica("b", 1), replica("c", 8)};
  replicas[0].heartbeat_age = Milliseconds(2000);
  EXPECT_EQ(surplus(replicas, "a"), "");
}

TEST(Surplus, NothingIsGivenBackToAFullDisk) {
  std::vector<ReplicaStatus> replicas = {replica("new", 8), replica("old", 1)};
  replicas[1].disk_trouble = Milliseconds(1);
  EXPECT_EQ(surplus(replicas, "new"), "");
}

TEST(Surplus, OfEqualsAFollower) {
  EXPECT_EQ(surplus({replica("a", 1), replica("b", 1)}, "b"), "drop a");
  EXPECT_EQ(surplus({replica("a", 1), replica("b", 1), replica("c", 1, {9, 400})}, "b", 2), "drop c");
}

TEST(Surplus, TheReasonTellsWhoHasTheRest) {
  EXPECT_EQ(find_surplus({"old", 3}, std::vector{replica("new", 8), replica("old", 1)}, 1)->reason,
            "2 replicas live, 1 wanted; the log of new begins with mysql-bin.000008, old has the rest");
}

}  // namespace
}  // namespace sluice::cluster
