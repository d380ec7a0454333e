#include "manage/creation.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

namespace sluice::manage {
namespace {

/// The error of options with one key, or "".
std::string refusal(const std::string& key, const std::string& value, bool for_instance = false) {
  sql::CreationOptions options;
  options.others.push_back({key, value});
  const auto stored = stored_options(options, for_instance);
  if (stored) return "";
  EXPECT_EQ(stored.error().code, 1236);
  return stored.error().message;
}

TEST(Creation, AnUnknownOptionIsNamedAndItsValueIsNot) {
  EXPECT_EQ(refusal("cluster_pasword", "secret"),
            "unknown option 'cluster_pasword'; SHOW PARAMETERS lists the parameters there are");
}

TEST(Creation, WhatHoldsForTheClusterCannotBeSaidForATenant) {
  EXPECT_EQ(refusal("history_retention_days", "1"),
            "history_retention_days holds for the whole cluster: set it with ALTER BINLOG CLUSTER SET");
}

TEST(Creation, WhatHoldsForATenantCannotBeSaidForAnInstance) {
  EXPECT_EQ(refusal("source_tls", "off"), "");
  EXPECT_EQ(refusal("source_tls", "off", true),
            "source_tls is the same for all instances of a tenant, and cannot be said for one");
  EXPECT_NE(refusal("max_binlog_size", "1M", true), "");
  EXPECT_EQ(refusal("max_connections", "5", true), "");
}

TEST(Creation, AStartIsOneOfItsSourcesKindAndNotStillToCome) {
  const auto refused = [](const sql::StartPoint& start, const char* kind) {
    return !check_start(start, kind, std::chrono::seconds(1000)).has_value();
  };
  EXPECT_TRUE(refused(sql::StartGtids{"bad"}, "mysql"));
  EXPECT_TRUE(refused(sql::StartGtids{"0-1-5"}, "mysql"));
  EXPECT_FALSE(refused(sql::StartGtids{"0-1-5,1-2-3"}, "mariadb"));
  EXPECT_TRUE(refused(sql::StartGtids{"3e11fa47-71ca-11e1-9e33-c80aa9429562:1-23"}, "mariadb"));
  EXPECT_FALSE(refused(sql::StartGtids{"3e11fa47-71ca-11e1-9e33-c80aa9429562:1-23"}, "mysql"));
  EXPECT_FALSE(refused(sql::StartTime{1'060'000'000}, "mysql"));
  EXPECT_TRUE(refused(sql::StartTime{1'060'000'001}, "mysql"));
  EXPECT_TRUE(check_start(std::nullopt, "mysql", {}));
}

TEST(Creation, AValueOutOfRangeIsRefused) {
  EXPECT_NE(refusal("max_connections", "0").find("1 to 100000"), std::string::npos);
}

TEST(Creation, ValuesAreStoredAsTheyAreShown) {
  sql::CreationOptions options;
  options.others = {{"binlog_gtid_display", "true"}, {"max_binlog_size", "1M"}};
  options.zone = "z";
  const auto stored = stored_options(options, false);
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(stored->parameters, (SetValues{{"binlog_gtid_display", "ON"}, {"max_binlog_size", "1048576"}}));
  EXPECT_EQ(stored->demands.zone, "z");
  EXPECT_EQ(stored->demands.ip, "");
}

TEST(Creation, PinnedTransactionsAreOfOceanbase) {
  sql::CreationOptions options;
  options.pinned = sql::PinnedTransaction{.id = "1", .number = 1};
  EXPECT_FALSE(stored_options(options, false));
}

TEST(Creation, AStartIsToldAsInstancesReadIt) {
  EXPECT_EQ(start_text(std::nullopt), "now");
  EXPECT_EQ(start_text(sql::StartPoint(sql::StartNow{})), "now");
  EXPECT_EQ(start_text(sql::StartPoint(sql::StartEarliest{})), "earliest");
  EXPECT_EQ(start_text(sql::StartPoint(sql::StartTime{.microseconds = 1'795'341'600'999'999})), "time:1795341600");
  EXPECT_EQ(start_text(sql::StartPoint(sql::StartGtids{.text = "u:1-5"})), "gtid:u:1-5");
}

TEST(Creation, NamesOfInstancesAreALetterAndNineLettersOrDigits) {
  std::set<std::string> names;
  for (int i = 0; i < 200; ++i) {
    const std::string name = new_instance_name();
    EXPECT_EQ(name.size(), 10U);
    EXPECT_TRUE(name[0] >= 'a' && name[0] <= 'z') << name;
    EXPECT_TRUE(std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }));
    names.insert(name);
  }
  EXPECT_EQ(names.size(), 200U);
}

}  // namespace
}  // namespace sluice::manage
