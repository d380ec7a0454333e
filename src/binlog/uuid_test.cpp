#include "binlog/uuid.h"

#include <gtest/gtest.h>

namespace sluice::binlog {
namespace {

constexpr std::string_view usual = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

TEST(Uuid, UsualFormRoundTrips) {
  EXPECT_EQ(parse_uuid(usual)->text(), usual);
}

TEST(Uuid, UpperCaseComesOutLower) {
  EXPECT_EQ(parse_uuid("3E11FA47-71CA-11E1-9E33-C80AA9429562")->text(), usual);
}

TEST(Uuid, DashesMayBeMissing) {
  EXPECT_EQ(parse_uuid("3e11fa4771ca11e19e33c80aa9429562")->text(), usual);
}

TEST(Uuid, BracesMayStandAroundDashes) {
  EXPECT_EQ(parse_uuid("{3e11fa47-71ca-11e1-9e33-c80aa9429562}")->text(), usual);
  EXPECT_FALSE(parse_uuid("{3e11fa4771ca11e19e33c80aa9429562}"));
  EXPECT_FALSE(parse_uuid("{3e11fa47-71ca-11e1-9e33-c80aa9429562)"));
}

TEST(Uuid, WrongPlacesAndDigitsAreRefused) {
  EXPECT_FALSE(parse_uuid("3e11fa4-771ca-11e1-9e33-c80aa9429562"));
  EXPECT_FALSE(parse_uuid("3e11fa47-71ca-11e1-9e33-c80aa942956g"));
  EXPECT_FALSE(parse_uuid("3e11fa47-71ca-11e1-9e33-c80aa942956"));
  EXPECT_FALSE(parse_uuid("------------------------------------"));
  EXPECT_FALSE(parse_uuid(""));
}

TEST(Uuid, OrderIsThatOfTheText) {
  EXPECT_LT(*parse_uuid(usual), *parse_uuid("3e11fa47-71ca-11e1-9e33-f80aa9429562"));
}

}  // namespace
}  // namespace sluice::binlog
