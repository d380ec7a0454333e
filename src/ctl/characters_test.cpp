#include "ctl/characters.h"

#include <gtest/gtest.h>

namespace sluice::ctl {
namespace {

TEST(Characters, WideOnesTakeTwoColumns) {
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("订单"), 4U);
  EXPECT_EQ(display_width("é"), 1U);
  EXPECT_EQ(display_width("한국 ｆｕｌｌ"), 13U);
  EXPECT_EQ(display_width("🚀"), 2U);
}

TEST(Characters, MarksThatCombineTakeNone) {
  EXPECT_EQ(display_width("e\u0301"), 1U);
}

TEST(Characters, BytesThatAreNoUtf8TakeOneEach) {
  EXPECT_EQ(display_width("a\xff\xe8\xae"), 4U);
  EXPECT_EQ(well_formed("a\xff\xe8\xae"), "a\uFFFD\uFFFD\uFFFD");
}

TEST(Characters, OverlongFormsAndSurrogatesAreNoUtf8) {
  EXPECT_EQ(well_formed("\xc0\x80"), "\uFFFD\uFFFD");
  EXPECT_EQ(well_formed("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD");
}

TEST(Characters, WhatWasWellFormedStays) {
  EXPECT_EQ(well_formed("订é🚀\uFFFD"), "订é🚀\uFFFD");
}

TEST(Characters, ControlCharactersAreMadeVisible) {
  EXPECT_EQ(visible("a\nb\tc\r"), "a\\nb\\tc\\r");
  EXPECT_EQ(visible("\x1b[31mred"), "\\x1b[31mred");
  EXPECT_EQ(visible(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(visible("\u009b"), "\\x9b");  // begins a terminal's command as ESC [ does
}

TEST(Characters, WhatTurnsTheDirectionOfWritingIsMadeVisible) {
  EXPECT_EQ(visible("a\u202eb"), "a\\u202eb");
}

TEST(Characters, NothingIsCutThatFits) {
  EXPECT_EQ(cut("abc", 3), "abc");
  EXPECT_EQ(cut("订单", 4), "订单");
  EXPECT_EQ(cut("", 1), "");
}

TEST(Characters, WhatIsCutKeepsToTheWidth) {
  EXPECT_EQ(cut("abcd", 3), "ab…");
  EXPECT_EQ(cut("订单号", 4), "订…");  // a second one would leave no column for the sign
  EXPECT_EQ(cut("订单号", 5), "订单…");
  EXPECT_EQ(cut("ab", 1), "…");
}

TEST(Characters, AMarkIsNotCutFromItsLetter) {
  EXPECT_EQ(cut("ae\u0301bc", 3), "ae\u0301…");
}

}  // namespace
}  // namespace sluice::ctl
