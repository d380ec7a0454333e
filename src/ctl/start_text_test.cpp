#include "ctl/start_text.h"

#include <gtest/gtest.h>

namespace sluice::ctl {
namespace {

std::uint64_t microseconds_of(std::string_view text) {
  const auto start = parse_start(text);
  const auto* const time = start ? std::get_if<sql::StartTime>(&*start) : nullptr;
  return time == nullptr ? 0 : time->microseconds;
}

TEST(StartText, WordsAndGtids) {
  EXPECT_TRUE(std::holds_alternative<sql::StartNow>(*parse_start("now")));
  EXPECT_TRUE(std::holds_alternative<sql::StartEarliest>(*parse_start("earliest")));
  EXPECT_EQ(std::get<sql::StartGtids>(*parse_start("gtid:0-1-100")).text, "0-1-100");
}

TEST(StartText, TimesInEveryForm) {
  EXPECT_EQ(microseconds_of("1"), 1'000'000U);
  EXPECT_EQ(microseconds_of("1795341600123456"), 1'795'341'600'123'456U);
  EXPECT_EQ(microseconds_of("2026-11-22T10:00:00Z"), 1'795'341'600'000'000U);
  EXPECT_EQ(microseconds_of("time:2026-11-22 10:00:00Z"), 1'795'341'600'000'000U);
}

TEST(StartText, WhatIsNoTimeIsRefused) {
  for (const auto* const text : {"", "0", "-1", "yesterday", "2026-02-30T00:00:00Z", "2026-11-22T24:00:00Z",
                                 "2026-11-22T10:00:00", "2026-11-22T10:00:00+1", "20 6-11-22T10:00:00Z", "NOW' x"}) {
    EXPECT_FALSE(parse_start(text)) << text;
  }
}

}  // namespace
}  // namespace sluice::ctl
