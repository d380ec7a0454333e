#include "capture/mysql/source_place.h"

#include <gtest/gtest.h>

namespace sluice::capture {

TEST(SourcePlace, TextComesBack) {
  const SourcePlace place{
      .server = "3", .file = "bin:log.000002", .position = 5'000'000'000, .gtids = {{0, 1, 9}, {4, 2, 7}}};
  EXPECT_EQ(place.text(), "3|bin:log.000002:5000000000|0-1-9,4-2-7");
  EXPECT_EQ(parse_source_place(place.text()), place);
}

TEST(SourcePlace, WithoutFileAndGtidsComesBack) {
  const SourcePlace place{.server = "uuid", .file = "", .position = 4, .gtids = {}};
  EXPECT_EQ(parse_source_place(place.text()), place);
}

TEST(SourcePlace, OtherTextIsRefused) {
  for (const char* text : {"", "a", "a|b", "a|b|", "a|b:c|", "a|b:1|x", "|:4x|"}) {
    EXPECT_FALSE(parse_source_place(text)) << text;
  }
}

}  // namespace sluice::capture
