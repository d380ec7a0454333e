#include "mysql/statement_quoting.h"

#include <gtest/gtest.h>

namespace sluice::mysql {

TEST(Quoting, QuotesAndBackslashesAreDoubled) {
  EXPECT_EQ(quote_text(""), "''");
  EXPECT_EQ(quote_text("it's"), "'it''s'");
  EXPECT_EQ(quote_text("a\\"), "'a\\\\'");
  EXPECT_EQ(quote_text("\\' OR 1=1"), "'\\\\'' OR 1=1'");
}

TEST(Quoting, BackticksOfAnIdentifierAreDoubled) {
  EXPECT_EQ(quote_identifier("a`b"), "`a``b`");
  EXPECT_EQ(quote_identifier(std::string_view("a\0b", 3)), "`ab`");
}

TEST(Quoting, NumbersStandBare) {
  const ParameterType number{ColumnType::newdecimal, false};
  for (const std::string text : {"0", "-1", "+2", "1.5", "-1.5e-10", "1e+30"}) {
    EXPECT_EQ(literal(text, number), text);
  }
}

TEST(Quoting, WhatOnlyClaimsToBeANumberIsQuoted) {
  const ParameterType number{ColumnType::newdecimal, false};
  for (const std::string text : {"", "-", "1-1", "--1", "1.", ".5", "1e", "inf", "0x10", "1 OR 1", "1;"}) {
    EXPECT_EQ(literal(text, number), "'" + text + "'");
  }
}

TEST(Quoting, TextIsQuotedEvenIfItLooksLikeANumber) {
  EXPECT_EQ(literal("1", {ColumnType::var_string, false}), "'1'");
  EXPECT_EQ(literal(std::nullopt, {ColumnType::longlong, false}), "NULL");
}

}  // namespace sluice::mysql
