#include "sql/name.h"

#include <gtest/gtest.h>

namespace sluice::sql {
namespace {

TEST(Name, SpacesAtTheEndsWouldMakeTwoNamesOne) {
  EXPECT_EQ(name_fault("z2 "), "begins or ends with a space");
  EXPECT_EQ(name_fault(" z2"), "begins or ends with a space");
  EXPECT_EQ(name_fault("two words"), std::nullopt);
}

TEST(Name, ControlCharactersAreNone) {
  for (const std::string_view name : {std::string_view("a\0b", 3), std::string_view("a\n"), std::string_view("\x7f")})
    EXPECT_EQ(name_fault(name), "has a control character in it");
}

TEST(Name, OnlyUtf8CanBeKept) {
  EXPECT_TRUE(name_fault("m\xfcller"));
  EXPECT_FALSE(name_fault("m\xc3\xbcller"));
  EXPECT_FALSE(name_fault(""));
}

}  // namespace
}  // namespace sluice::sql
