#include "manage/rows.h"

#include <gtest/gtest.h>

#include "manage/node_filter.h"

namespace sluice::manage {
namespace {

TEST(Rows, TimesHaveMicroseconds) {
  EXPECT_EQ(time_text(0), "1970-01-01 00:00:00.000000");
  EXPECT_EQ(time_text(1'795'341'600'000'007), "2026-11-22 10:00:00.000007");
}

TEST(Rows, APageHasNoMoreRowsThanUsual) {
  EXPECT_EQ(to_page(std::nullopt, 10).limit, 10);
  EXPECT_EQ(to_page(sql::Limit{.offset = 3, .count = 4}, 10).limit, 4);
  EXPECT_EQ(to_page(sql::Limit{.offset = 3, .count = 4}, 10).offset, 3);
  EXPECT_EQ(to_page(sql::Limit{.offset = UINT64_MAX, .count = UINT64_MAX}, 10).limit, 10);
  EXPECT_EQ(to_page(sql::Limit{.offset = UINT64_MAX, .count = 0}, 10).offset, INT64_MAX);
}

TEST(NodeFilter, EachKindLooksAtItsOwnLabel) {
  metadb::ServerIdentity server;
  server.address = "a";
  server.zone = "z";
  server.region = "r";
  server.group = "g";
  using By = sql::NodeFilter::By;
  EXPECT_TRUE(passes(std::nullopt, server));
  for (const auto& [by, value] :
       {std::pair{By::ip, "a"}, std::pair{By::zone, "z"}, std::pair{By::region, "r"}, std::pair{By::group, "g"}}) {
    EXPECT_TRUE(passes(sql::NodeFilter{by, value}, server)) << value;
    EXPECT_FALSE(passes(sql::NodeFilter{by, "other"}, server)) << value;
  }
}

}  // namespace
}  // namespace sluice::manage
