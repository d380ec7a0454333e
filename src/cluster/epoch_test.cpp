#include "cluster/epoch.h"

#include <gtest/gtest.h>

namespace sluice::cluster {
namespace {

RoleChange change(const OwnRole& own, const PrimaryRecord& record) {
  return decide_role(own, record).change;
}

TEST(Epoch, NothingChangesWhereAllAgree) {
  EXPECT_EQ(change({"a", true, 4}, {"a", 4}), RoleChange::none);
  EXPECT_EQ(change({"b", false, 4}, {"a", 4}), RoleChange::none);
  EXPECT_EQ(change({"b", false, 4}, {"", 5}), RoleChange::none);
}

TEST(Epoch, TheNamedOneLeadsAtTheNewEpoch) {
  EXPECT_EQ(change({"b", false, 4}, {"b", 5}), RoleChange::lead);
  EXPECT_EQ(change({"a", true, 4}, {"a", 6}), RoleChange::lead);
  EXPECT_EQ(change({"new", false, 0}, {"new", 1}), RoleChange::lead);
}

TEST(Epoch, WhoWasReplacedFollows) {
  EXPECT_EQ(change({"a", true, 4}, {"b", 5}), RoleChange::follow);
  EXPECT_EQ(change({"c", false, 4}, {"b", 5}), RoleChange::follow);
}

TEST(Epoch, TwoPrimariesOfOneEpochLeaveOneTheRecordNames) {
  EXPECT_EQ(change({"a", true, 5}, {"b", 5}), RoleChange::follow);
  EXPECT_EQ(change({"b", true, 5}, {"b", 5}), RoleChange::none);
}

TEST(Epoch, APrimaryThatWasClearedHolds) {
  EXPECT_EQ(change({"a", true, 4}, {"", 4}), RoleChange::hold);
}

TEST(Epoch, AMetaDbOfThePastChangesNothing) {
  const RoleDecision decision = decide_role({"a", true, 7}, {"b", 3});
  EXPECT_EQ(decision.change, RoleChange::distrust);
  EXPECT_NE(decision.reason.find("epoch 3"), std::string::npos);
  EXPECT_EQ(change({"a", false, 7}, {"a", 3}), RoleChange::distrust);
}

TEST(Epoch, AFollowerRefusesAPrimaryOfAnEarlierEpoch) {
  EXPECT_TRUE(check_epoch(4, 4));
  EXPECT_TRUE(check_epoch(4, 5));
  EXPECT_EQ(check_epoch(5, 4).error().kind, ErrorKind::refused);
}

TEST(Epoch, APromotionIsTheNextOne) {
  const PrimaryRecord record = promoted({"a", 4}, "b");
  EXPECT_EQ(record.instance, "b");
  EXPECT_EQ(record.epoch, 5U);
}

}  // namespace
}  // namespace sluice::cluster
