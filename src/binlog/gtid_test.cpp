#include "binlog/gtid.h"

#include <gtest/gtest.h>

namespace sluice::binlog {

TEST(GtidText, TagStandsBetweenUuidAndNumber) {
  const Uuid uuid = *parse_uuid("3e11fa47-71ca-11e1-9e33-c80aa9429562");
  EXPECT_EQ((Gtid{{uuid, ""}, 7}.text()), "3e11fa47-71ca-11e1-9e33-c80aa9429562:7");
  EXPECT_EQ((Gtid{{uuid, "tag"}, 7}.text()), "3e11fa47-71ca-11e1-9e33-c80aa9429562:tag:7");
}

TEST(GtidTag, ComesOutInLowerCase) {
  EXPECT_EQ(parse_gtid_tag("_Tag_1"), "_tag_1");
}

TEST(GtidTag, ThirtyTwoCharactersAtTheMost) {
  EXPECT_TRUE(parse_gtid_tag(std::string(32, 'a')));
  EXPECT_FALSE(parse_gtid_tag(std::string(33, 'a')));
}

TEST(GtidTag, MustNotBeginWithADigitNorHoldOtherCharacters) {
  EXPECT_FALSE(parse_gtid_tag("1a"));
  EXPECT_FALSE(parse_gtid_tag("a-b"));
  EXPECT_FALSE(parse_gtid_tag("a b"));
  EXPECT_FALSE(parse_gtid_tag("\xc3\xa4"));
  EXPECT_FALSE(parse_gtid_tag(""));
}

}  // namespace sluice::binlog
