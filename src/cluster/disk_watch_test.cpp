#include "cluster/disk_watch.h"

#include <gtest/gtest.h>

namespace sluice::cluster {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const DiskWatch::Time start{seconds(1000)};
const LogPlace place{7, 1000};

DiskWatch::Sight waits() {
  return {.waits = true, .has_room = false, .end = place};
}

TEST(DiskWatch, TroubleCountsFromWhereItWasFirstSeen) {
  DiskWatch watch;
  EXPECT_FALSE(watch.see({.end = place}, start));
  EXPECT_EQ(watch.see(waits(), start + seconds(1)), milliseconds(0));
  EXPECT_EQ(watch.see(waits(), start + seconds(6)), seconds(5));
}

TEST(DiskWatch, ATryIsNotItsEnd) {
  DiskWatch watch;
  (void)watch.see(waits(), start);
  EXPECT_EQ(watch.see({.end = place}, start + seconds(1)), seconds(1));
  EXPECT_EQ(watch.see(waits(), start + seconds(2)), seconds(2));
}

TEST(DiskWatch, ItEndsWhenTheLogGrows) {
  DiskWatch watch;
  (void)watch.see(waits(), start);
  EXPECT_FALSE(watch.see({.end = {7, 1001}}, start + seconds(1)));
}

TEST(DiskWatch, WhatFillsTheRestOfADiskBeginsAnew) {
  DiskWatch watch;
  (void)watch.see(waits(), start);
  EXPECT_EQ(watch.see({.waits = true, .end = {7, 1001}}, start + seconds(4)), milliseconds(0));
}

TEST(DiskWatch, RoomEndsItWhenTheInstanceHasSeenIt) {
  DiskWatch watch;
  (void)watch.see(waits(), start);
  EXPECT_TRUE(watch.see({.waits = true, .has_room = true, .end = place}, start + seconds(1)));
  EXPECT_FALSE(watch.see({.waits = false, .has_room = true, .end = place}, start + seconds(2)));
}

}  // namespace
}  // namespace sluice::cluster
