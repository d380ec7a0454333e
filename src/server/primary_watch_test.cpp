#include "server/primary_watch.h"

#include <set>

#include <gtest/gtest.h>

namespace sluice::server {
namespace {

using namespace std::chrono_literals;
using metadb::InstanceState;

/// A follower here of a primary on server "s2", which beats.
class PrimaryWatchTest : public testing::Test {
 protected:
  PrimaryWatchTest() {
    own_.name = "i1";
    own_.state = InstanceState::running;
    own_.tenant = {"c", "t"};
    own_.leader = {.epoch = 1,
                   .name = "i2",
                   .server = "s2",
                   .ip = "10.0.0.2",
                   .port = 8100,
                   .state = InstanceState::running,
                   .wanted = metadb::Wanted::running};
    report_.name = "i1";
    report_.capture = "following";
  }
  [[nodiscard]] bool doubted() const { return !doubtful_tenants({&own_, 1}, {&report_, 1}, silences_).empty(); }

  InstanceKeeper::Running own_;
  metadb::InstanceReport report_;
  Silences silences_{{"s1", 0ms}, {"s2", 1400ms}, {"s3", 100ms}};
};

TEST_F(PrimaryWatchTest, WhileAllIsWellNothingIsDoubted) {
  EXPECT_FALSE(doubted());
  EXPECT_TRUE(lost_servers(silences_).empty());
}

TEST_F(PrimaryWatchTest, AFollowerThatMissesItsPrimaryDoubts) {
  report_.capture = "reconnecting";
  EXPECT_TRUE(doubted());
  own_.primary = true;  // it misses its source
  EXPECT_FALSE(doubted());
}

TEST_F(PrimaryWatchTest, APrimaryHereWhoseDiskHasLongTakenNothingIsDoubted) {
  own_.primary = true;
  report_.capture = "disk full";
  report_.disk_trouble_ms = 4999;
  EXPECT_FALSE(doubted());
  report_.disk_trouble_ms = 5000;
  EXPECT_TRUE(doubted());
  report_.capture = "capturing";
  EXPECT_FALSE(doubted());
}

TEST_F(PrimaryWatchTest, APrimaryOnASilentOrRemovedServerIsDoubted) {
  silences_["s2"] = 1500ms;
  EXPECT_TRUE(doubted());
  silences_.erase("s2");
  EXPECT_TRUE(doubted());
}

TEST_F(PrimaryWatchTest, APrimaryThatIsGoneOrHasFailedIsDoubted) {
  own_.leader.state = InstanceState::failed;
  EXPECT_TRUE(doubted());
  own_.leader.state = InstanceState::starting;
  EXPECT_FALSE(doubted()) << "its server looks after it";
  own_.leader.wanted = metadb::Wanted::dropped;
  EXPECT_TRUE(doubted());
  own_.leader = {};
  EXPECT_TRUE(doubted()) << "there never was one";
  own_.state = InstanceState::starting;
  EXPECT_FALSE(doubted()) << "it could not help";
}

TEST_F(PrimaryWatchTest, ServersTakeTurnsWithALostOne) {
  silences_["s2"] = 4s;
  EXPECT_EQ(lost_servers(silences_), std::vector<std::string>{"s2"});
  std::set<std::string> took;
  for (auto silence = 4000ms; silence < 24s; silence += 10s) {
    silences_["s2"] = silence;
    int turns = 0;
    for (const std::string self : {"s1", "s2", "s3"}) {
      if (!is_turn_of(self, own_.tenant, "s2", silences_)) continue;
      ++turns;
      took.insert(self);
    }
    EXPECT_EQ(turns, 1) << silence.count();
  }
  EXPECT_EQ(took, (std::set<std::string>{"s1", "s3"}));
}

TEST(DoubtPace, NewDoubtsAreLookedAtAtOnceAndOldOnesEverMoreRarely) {
  DoubtPace pace;
  const DoubtPace::Time begin{1h};
  const Doubts doubts{.tenants = {{"c", "t"}}, .lost = {}};
  EXPECT_FALSE(pace.is_due({}, true, begin));
  EXPECT_EQ(pace.pause(begin, 1000ms), 1000ms);
  EXPECT_TRUE(pace.is_due(doubts, false, begin));
  EXPECT_EQ(pace.pause(begin, 1000ms), 250ms);
  EXPECT_FALSE(pace.is_due(doubts, false, begin + 249ms));
  EXPECT_TRUE(pace.is_due(doubts, false, begin + 250ms));
  EXPECT_TRUE(pace.is_due(doubts, false, begin + 20s));
  EXPECT_FALSE(pace.is_due(doubts, false, begin + 24s));
  EXPECT_TRUE(pace.is_due(doubts, true, begin + 24s)) << "something has changed";
  EXPECT_FALSE(pace.is_due(doubts, true, begin + 24100ms)) << "but not ten times a second";
  EXPECT_TRUE(pace.is_due(doubts, false, begin + 24500ms));
  EXPECT_TRUE(pace.is_due({.tenants = {}, .lost = {"s2"}}, false, begin + 26s)) << "another doubt";
}

TEST(DoubtPace, WhatIsOverdueIsNotAskedForWithoutAPause) {
  DoubtPace pace;
  const DoubtPace::Time begin{1h};
  EXPECT_TRUE(pace.is_due({.tenants = {{"c", "t"}}, .lost = {}}, false, begin));
  EXPECT_GE(pace.pause(begin + 1min, 1000ms), 100ms);
}

}  // namespace
}  // namespace sluice::server
