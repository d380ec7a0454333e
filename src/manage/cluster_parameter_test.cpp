#include "manage/cluster_parameter.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "parameters/parameter.h"

namespace sluice::manage {
namespace {

const ClusterParameter& find(std::string_view name) {
  const ClusterParameter* found = find_cluster_parameter(name);
  if (found == nullptr) throw std::out_of_range(std::string(name));
  return *found;
}

/// The value as it is stored, or what is wrong with it.
std::string check(std::string_view name, std::string_view value) {
  const auto checked = check_parameter(find(name), value);
  if (checked) return *checked;
  EXPECT_EQ(checked.error().code, 1236) << checked.error().message;
  return checked.error().message;
}

TEST(ClusterParameter, AllAreInTheOrderOfTheirNamesAndFound) {
  EXPECT_TRUE(std::ranges::is_sorted(cluster_parameters(), std::less(), &ClusterParameter::name));
  for (const ClusterParameter& one : cluster_parameters())
    EXPECT_EQ(find_cluster_parameter(one.name), &one);
  EXPECT_EQ(find_cluster_parameter("MAX_CONNECTIONS"), nullptr);
  EXPECT_EQ(find_cluster_parameter(""), nullptr);
}

TEST(ClusterParameter, EveryUsualValueIsAllowedAndStoredAsItIs) {
  for (const ClusterParameter& one : cluster_parameters())
    EXPECT_EQ(check(one.name, one.usual), one.usual) << one.name;
}

TEST(ClusterParameter, EveryParameterOfInstancesIsOneOfTheCluster) {
  for (const parameters::Definition& one : parameters::definitions())
    EXPECT_TRUE(find(one.name).of_instances) << one.name;
}

TEST(ClusterParameter, TheBoundsOfAnIntegerAreAllowedAndWhatLiesBeyondIsNot) {
  EXPECT_EQ(check("node_cpu_limit_threshold_percent", "1"), "1");
  EXPECT_EQ(check("node_cpu_limit_threshold_percent", "100"), "100");
  EXPECT_EQ(check("node_cpu_limit_threshold_percent", "0"),
            "the value '0' of node_cpu_limit_threshold_percent is not allowed: it has to be 1 to 100 percent");
  EXPECT_EQ(check("node_cpu_limit_threshold_percent", "101"),
            "the value '101' of node_cpu_limit_threshold_percent is not allowed: it has to be 1 to 100 percent");
}

TEST(ClusterParameter, SizesMayBeSaidInPowersOf1024) {
  EXPECT_EQ(check("max_binlog_size", "4K"), "4096");
  EXPECT_EQ(check("max_binlog_size", "512m"), "536870912");
  EXPECT_EQ(check("instance_memory_limit", "2G"), "2147483648");
  EXPECT_EQ(check("instance_memory_limit", "1t"), "1099511627776");
}

TEST(ClusterParameter, WhatIsNoNumberIsRefused) {
  for (const char* value : {"", "K", "-1", "+1", " 1", "1 ", "1.5", "1KB", "0x10", "18446744073709551616",
                            "18446744073709551615K", "16777216T"})
    EXPECT_NE(check("instance_memory_limit", value).find("is not allowed"), std::string::npos) << value;
}

TEST(ClusterParameter, AVeryLongValueIsToldInPart) {
  EXPECT_LT(check("max_connections", std::string(1000, '9')).size(), 200U);
}

TEST(ClusterParameter, BooleansHaveThreeNamesEach) {
  for (const char* value : {"ON", "on", "true", "1"})
    EXPECT_EQ(check("enable_resource_check", value), "ON");
  for (const char* value : {"OFF", "Off", "FALSE", "0"})
    EXPECT_EQ(check("enable_resource_check", value), "OFF");
  EXPECT_EQ(check("enable_resource_check", "yes"),
            "the value 'yes' of enable_resource_check is not allowed: it has to be ON or OFF");
}

TEST(ClusterParameter, AChoiceIsOneOfItsWordsInAnyCase) {
  EXPECT_EQ(check("source_tls", "VERIFY-CA"), "verify-ca");
  for (const char* value : {"", "verify", "off, preferred", ","})
    EXPECT_NE(check("source_tls", value).find("one of off, preferred, required, verify-ca, verify-identity"),
              std::string::npos)
        << value;
}

TEST(ClusterParameter, WeightsAreFourNumbers) {
  EXPECT_EQ(check("cpu_mem_disk_net_weighted", "1:2:0.5:0"), "1:2:0.5:0");
  EXPECT_TRUE(check("cpu_mem_disk_net_weighted", "1:2:3").starts_with("cpu_mem_disk_net_weighted: "));
  EXPECT_TRUE(check("cpu_mem_disk_net_weighted", "1:2:3:nan").starts_with("cpu_mem_disk_net_weighted: "));
}

TEST(EffectiveValues, TheNarrowestLevelThatHasAValueDecides) {
  const EffectiveValues values({{"max_connections", "1"}, {"wait_timeout", "2"}, {"source_tls", "off"}},
                               {{"max_connections", "3"}, {"wait_timeout", "4"}}, {{"max_connections", "5"}});
  EXPECT_EQ(values.number("max_connections"), 5U);
  EXPECT_EQ(values.origin("max_connections"), "instance");
  EXPECT_EQ(values.number("wait_timeout"), 4U);
  EXPECT_EQ(values.origin("wait_timeout"), "tenant");
  EXPECT_EQ(values.text("source_tls"), "off");
  EXPECT_EQ(values.origin("source_tls"), "cluster");
  EXPECT_TRUE(values.flag("enable_resource_check"));
  EXPECT_EQ(values.origin("enable_resource_check"), "default");
}

TEST(EffectiveValues, ADamagedNumberCountsAsTheUsualOne) {
  const EffectiveValues values(SetValues{{"max_instance_replicate_num", "many"}}, {}, {});
  EXPECT_EQ(values.number("max_instance_replicate_num"), 5U);
}

}  // namespace
}  // namespace sluice::manage
