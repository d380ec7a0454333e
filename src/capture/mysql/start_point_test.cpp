#include "capture/mysql/start_point.h"

#include <gtest/gtest.h>

namespace sluice::capture {

TEST(StartPoint, EveryFormIsRead) {
  EXPECT_TRUE(std::holds_alternative<StartNow>(*parse_start_point("now")));
  EXPECT_TRUE(std::holds_alternative<StartEarliest>(*parse_start_point("earliest")));
  EXPECT_EQ(std::get<StartTime>(*parse_start_point("time:1970-01-02T00:00:01Z")).seconds, 86401);
  EXPECT_EQ(std::get<StartTime>(*parse_start_point("time:77")).seconds, 77);
  EXPECT_EQ(std::get<StartGtid>(*parse_start_point("gtid:")).set, "");
  EXPECT_EQ(std::get<StartFile>(*parse_start_point("file:bin:log.000001:4")).name, "bin:log.000001");
}

TEST(StartPoint, OthersAreRefused) {
  for (const char* text : {"", "Now", "gtid", "time:", "time:yesterday", "time:2026-01-01T00:00:00", "file:", "file:a",
                           "file:a:", "file:a:3", "file::4", "file:a:4x"}) {
    EXPECT_FALSE(parse_start_point(text)) << text;
  }
}

}  // namespace sluice::capture
