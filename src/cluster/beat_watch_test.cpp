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
  see(watch, 1000, 2, 700);
  EXPECT_EQ(silence(watch), milliseconds(700));
  see(watch, 2000, 2, 1700);
  EXPECT_EQ(silence(watch), milliseconds(1700));
}

TEST(BeatWatch, AClockThatJumpsMakesNobodySilent) {
  for (const int age : {3'600'000, -3'600'000}) {
    BeatWatch watch;
    see(watch, 0, 1, 100);
    see(watch, 1000, 2, age);
    EXPECT_EQ(silence(watch), milliseconds(0));
    see(watch, 2000, 2, age);
    EXPECT_EQ(silence(watch), milliseconds(1000));
  }
}

TEST(BeatWatch, WhatIsFirstSeenIsNotSilent) {
  BeatWatch watch;
  see(watch, 0, 1, 60'000);
  EXPECT_EQ(silence(watch), milliseconds(0));
  see(watch, 1000, 1, 61'000);
  EXPECT_EQ(silence(watch), milliseconds(1000));
  EXPECT_EQ(watch.silence("stranger"), std::nullopt);
}

TEST(BeatWatch, AfterABreakAllBeginsAnew) {
  BeatWatch watch;
  for (const int at : {0, 1000, 2000, 3000})
    see(watch, at, 1, at);
  EXPECT_EQ(silence(watch), milliseconds(3000));
  EXPECT_TRUE(watch.may_judge(start + milliseconds(3100)));
  see(watch, 4500, 1, 4500);
  EXPECT_EQ(silence(watch), milliseconds(0));
  EXPECT_FALSE(watch.may_judge(start + milliseconds(4600)));
}

TEST(BeatWatch, WhoWasStoppedInBetweenDoesNotJudge) {
  BeatWatch watch;
  for (const int at : {0, 1000, 2000, 3000})
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
