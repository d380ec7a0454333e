#include "cluster/beat_watch.h"

#include <gtest/gtest.h>

namespace sluice::cluster {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const BeatWatch::Time start{seconds(1000)};

/// Server "s" beat last at `beat`; the MetaDB, asked at `at`, calls that `age` old. Milliseconds.
void see(BeatWatch& watch, int at, int beat, int age) {
  const BeatWatch::Beat row{"s", Moment(milliseconds(beat)), milliseconds(age)};
  watch.see({&row, 1}, start + milliseconds(at));
}

milliseconds silence(const BeatWatch& watch) {
  return watch.silence("s").value();
}

TEST(BeatWatch, TheMetaDbTellsWhenWithinWhatWasSeen) {
  BeatWatch watch;
  see(watch, 0, 1, 100);
  see(watch, 500, 2, 300);
  EXPECT_EQ(silence(watch), milliseconds(300));
  see(watch, 1000, 2, 800);
  EXPECT_EQ(silence(watch), milliseconds(800));
}

TEST(BeatWatch, AClockThatJumpsMakesNobodySilent) {
  for (const int age : {3'600'000, -3'600'000}) {
    BeatWatch watch;
    see(watch, 0, 1, 100);
    see(watch, 500, 2, age);
    EXPECT_EQ(silence(watch), milliseconds(0));
    see(watch, 1000, 2, age);
    EXPECT_EQ(silence(watch), milliseconds(500));
  }
}

TEST(BeatWatch, WhatIsFirstSeenIsNotSilent) {
  BeatWatch watch;
  see(watch, 0, 1, 60'000);
  EXPECT_EQ(silence(watch), milliseconds(0));
  see(watch, 500, 1, 60'500);
  EXPECT_EQ(silence(watch), milliseconds(500));
  EXPECT_EQ(watch.silence("stranger"), std::nullopt);
}

TEST(BeatWatch, WhileTheMetaDbWasSlowNobodyWasSilent) {
  BeatWatch watch;
  see(watch, 0, 1, 0);
  see(watch, 500, 1, 500);
  see(watch, 1900, 1, 1900);
  EXPECT_EQ(silence(watch), milliseconds(1250));
}

TEST(BeatWatch, AfterABreakAllBeginsAnew) {
  BeatWatch watch;
  for (int at = 0; at <= 3000; at += 500)
    see(watch, at, 1, at);
  EXPECT_EQ(silence(watch), milliseconds(3000));
  EXPECT_TRUE(watch.may_judge(start + milliseconds(3100)));
  see(watch, 4500, 1, 4500);
  EXPECT_EQ(silence(watch), milliseconds(0));
  EXPECT_FALSE(watch.may_judge(start + milliseconds(4600)));
}

TEST(BeatWatch, WhoWasStoppedInBetweenDoesNotJudge) {
  BeatWatch watch;
  for (int at = 0; at <= 3000; at += 500)
    see(watch, at, at, 0);
  EXPECT_EQ(watch.may_judge(start + milliseconds(9000)).error().message, "the MetaDB has not answered for 6.0 s");
}

TEST(BeatWatch, AServerThatWasRemovedIsForgotten) {
  BeatWatch watch;
  see(watch, 0, 1, 0);
  watch.see({}, start + milliseconds(1000));
  EXPECT_EQ(watch.silence("s"), std::nullopt);
}

}  // namespace
}  // namespace sluice::cluster
