#include "cluster/membership.h"

#include <gtest/gtest.h>

namespace sluice::cluster {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr MembershipRules rules;
const Contact::Time start{seconds(1000)};

/// Its state was stored a minute ago.
Sighting seen(std::string id, ServerState state, std::optional<milliseconds> age) {
  return {std::move(id), state, false, seconds(60), age};
}

ServerState state_at(milliseconds age, bool pause_wanted = false) {
  return judged_state({"s", ServerState::suspect, pause_wanted, seconds(60), age}, rules);
}

/// Contact every second from `from` to `to`, seconds after the start.
Contact beating(int from, int to, Contact contact = {}) {
  for (int second = from; second <= to; ++second)
    contact = contact_after(contact, start + seconds(second), rules);
  return contact;
}

const std::vector<Sighting> one_dead = {seen("me", ServerState::online, milliseconds(200)),
                                        seen("dead", ServerState::suspect, milliseconds(12'300))};

TEST(Membership, StatesByAge) {
  EXPECT_EQ(state_at(milliseconds(0)), ServerState::online);
  EXPECT_EQ(state_at(milliseconds(-2'999)), ServerState::online);
  EXPECT_EQ(state_at(milliseconds(2'999)), ServerState::online);
  EXPECT_EQ(state_at(milliseconds(3'000)), ServerState::suspect);
  EXPECT_EQ(state_at(milliseconds(9'999)), ServerState::suspect);
  EXPECT_EQ(state_at(milliseconds(10'000)), ServerState::offline);
  EXPECT_EQ(judged_state(seen("s", ServerState::online, std::nullopt), rules), ServerState::offline);
}

TEST(Membership, PauseIsKeptWhileTheServerLivesAndReturnsWithIt) {
  EXPECT_EQ(state_at(milliseconds(100), true), ServerState::paused);
  EXPECT_EQ(state_at(milliseconds(20'000), true), ServerState::offline);
  EXPECT_EQ(state_at(milliseconds(0), true), ServerState::paused);
}

TEST(Membership, OnlyChangesAreTold) {
  const std::vector<Sighting> all = {
      seen("me", ServerState::online, milliseconds(200)), seen("fine", ServerState::online, milliseconds(900)),
      seen("late", ServerState::online, milliseconds(4'000)), seen("back", ServerState::offline, milliseconds(300)),
      seen("gone", ServerState::offline, milliseconds(99'000))};
  const Judgements judged = judge_servers(all, "me", beating(0, 20), start + seconds(20));
  ASSERT_EQ(judged.changes.size(), 2U);
  EXPECT_EQ(judged.changes[0].id, "late");
  EXPECT_EQ(judged.changes[0].before, ServerState::online);
  EXPECT_EQ(judged.changes[0].after, ServerState::suspect);
  EXPECT_EQ(judged.changes[0].reason, "no heartbeat for 4.0 s, one is due every 1 s");
  EXPECT_EQ(judged.changes[1].id, "back");
  EXPECT_EQ(judged.changes[1].after, ServerState::online);
}

TEST(Membership, OfflineTellsAgeAndLease) {
  const Judgements judged = judge_servers(one_dead, "me", beating(0, 20), start + seconds(20));
  ASSERT_EQ(judged.changes.size(), 1U);
  EXPECT_EQ(judged.changes[0].reason, "no heartbeat for 12.3 s, its lease is 10 s");
}

TEST(Membership, WhoJustStartedJudgesNobodyForALease) {
  EXPECT_EQ(judge_servers(one_dead, "me", {}, start).withheld, "the MetaDB has not answered yet");
  EXPECT_EQ(judge_servers(one_dead, "me", beating(0, 9), start + milliseconds(9'999)).withheld,
            "in contact with the MetaDB for 10.0 s, less than a lease of 10 s");
  EXPECT_EQ(judge_servers(one_dead, "me", beating(0, 10), start + seconds(10)).changes.size(), 1U);
}

TEST(Membership, WhoWasCutOffJudgesNobodyUntilALeaseOfContact) {
  const Contact before = beating(0, 100);
  EXPECT_FALSE(judge_servers(one_dead, "me", before, start + seconds(103)).withheld.empty());
  const Contact again = beating(103, 103, before);
  EXPECT_TRUE(judge_servers(one_dead, "me", again, start + seconds(103)).changes.empty());
  EXPECT_TRUE(judge_servers(one_dead, "me", beating(104, 112, again), start + seconds(112)).changes.empty());
  EXPECT_EQ(judge_servers(one_dead, "me", beating(104, 113, again), start + seconds(113)).changes.size(), 1U);
}

TEST(Membership, AShortPauseIsNoBreak) {
  const Contact contact = contact_after(beating(0, 20), start + milliseconds(22'999), rules);
  EXPECT_EQ(contact.since, start);
  EXPECT_EQ(judge_servers(one_dead, "me", contact, start + seconds(23)).changes.size(), 1U);
}

// The MetaDB is away for five minutes. When it is back every heartbeat is five minutes old to whoever comes first.
TEST(Membership, AfterAnOutageOfTheMetaDbNobodyIsCalledDeadWhoBeatsAgain) {
  const Contact first_back = beating(300, 300, beating(0, 20));
  const std::vector<Sighting> all_old = {seen("me", ServerState::online, milliseconds(100)),
                                         seen("other", ServerState::online, seconds(280))};
  EXPECT_TRUE(judge_servers(all_old, "me", first_back, start + seconds(300)).changes.empty());
  const std::vector<Sighting> lease_later = {seen("me", ServerState::online, milliseconds(100)),
                                             seen("other", ServerState::online, seconds(1))};
  const Judgements judged = judge_servers(lease_later, "me", beating(301, 310, first_back), start + seconds(310));
  EXPECT_TRUE(judged.withheld.empty());
  EXPECT_TRUE(judged.changes.empty());
}

TEST(Membership, AClockThatJumpedKillsNobody) {
  const std::vector<Sighting> hour_later = {seen("me", ServerState::online, seconds(3600)),
                                            seen("other", ServerState::online, seconds(3600))};
  const Judgements judged = judge_servers(hour_later, "me", beating(0, 20), start + seconds(20));
  EXPECT_TRUE(judged.changes.empty());
  EXPECT_TRUE(judged.withheld.find("its clock jumped") != std::string::npos);
}

// The first to beat after the jump sees all others' heartbeats an hour old.
TEST(Membership, OfflineFollowsOnlyOnTimeAsSuspect) {
  Sighting other = seen("s", ServerState::online, seconds(3600));
  EXPECT_EQ(judged_state(other, rules), ServerState::suspect);
  other.state = ServerState::suspect;
  other.state_age = milliseconds(2'999);
  EXPECT_EQ(judged_state(other, rules), ServerState::suspect);
  other.state_age = milliseconds(3'000);
  EXPECT_EQ(judged_state(other, rules), ServerState::offline);
  other.state = ServerState::offline;
  other.state_age = milliseconds(0);
  EXPECT_EQ(judged_state(other, rules), ServerState::offline);
}

TEST(Membership, AHeartbeatOfTheFutureIsMissing) {
  Sighting other = seen("s", ServerState::online, seconds(-3600));
  EXPECT_EQ(judged_state(other, rules), ServerState::suspect);
  const std::vector<Sighting> both = {seen("me", ServerState::online, seconds(0)), other};
  EXPECT_EQ(judge_servers(both, "me", beating(0, 20), start + seconds(20)).changes.at(0).reason,
            "its heartbeat is of a time 3600.0 s ahead: the MetaDB's clock was set back");
}

TEST(Membership, WhoIsNotListedJudgesNobody) {
  EXPECT_EQ(judge_servers(one_dead, "stranger", beating(0, 20), start + seconds(20)).withheld,
            "the MetaDB does not list this server");
}

TEST(Membership, NobodyJudgesItself) {
  const std::vector<Sighting> alone = {seen("me", ServerState::offline, milliseconds(0))};
  EXPECT_TRUE(judge_servers(alone, "me", beating(0, 20), start + seconds(20)).changes.empty());
}

}  // namespace
}  // namespace sluice::cluster
