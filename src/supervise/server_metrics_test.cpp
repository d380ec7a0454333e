#include "supervise/server_metrics.h"

#include <map>
#include <set>

#include <gtest/gtest.h>

namespace sluice::supervise {
namespace {

using prometheus::MetricType;

constexpr std::uint64_t mebibyte = 1024 * 1024;

NodeUse known_node() {
  NodeUse use;
  use.now.cpu_count = 4;
  use.cpu_used = 1;
  use.now.memory_total = 1000 * mebibyte;
  use.now.memory_used = 250 * mebibyte;
  use.now.disk_total = 2000 * mebibyte;
  use.now.disk_free = 500 * mebibyte;
  use.now.network_received = 7;
  use.now.network_sent = 9;
  use.now.load = {0.5, 1.5, 2.5};
  return use;
}

class ServerMetricsTest : public testing::Test {
 protected:
  [[nodiscard]] std::vector<prometheus::MetricFamily> collect() const {
    return ServerMetrics({.labels = {{"cluster", "x"}},
                          .node = [this] { return node_; },
                          .gauges = [] { return ServerGauges{.instances = 5, .replicas = 2}; },
                          .totals = &totals_})
        .collect();
  }
  /// Name and value of each.
  [[nodiscard]] std::map<std::string, double> values() const {
    std::map<std::string, double> values;
    for (const auto& family : collect()) {
      EXPECT_EQ(family.metric.size(), 1U) << family.name;
      const auto& metric = family.metric.front();
      EXPECT_TRUE(
          values.emplace(family.name, family.type == MetricType::Counter ? metric.counter.value : metric.gauge.value)
              .second);
    }
    return values;
  }

  NodeUse node_ = known_node();
  metrics::ServerTotals totals_;
};

TEST_F(ServerMetricsTest, names_are_those_that_dashboards_know) {
  const std::set<std::string> known = {"binlog_cpu_count",
                                       "binlog_cpu_used_ratio",
                                       "binlog_disk_total_size_mb",
                                       "binlog_disk_used_ratio",
                                       "binlog_disk_used_size_mb",
                                       "binlog_mem_total_size_mb",
                                       "binlog_mem_used_ratio",
                                       "binlog_mem_used_size_mb",
                                       "binlog_network_rx_bytes",
                                       "binlog_network_wx_bytes",
                                       "binlog_load1",
                                       "binlog_load5",
                                       "binlog_load15",
                                       "binlog_instance_num",
                                       "binlog_instance_replication_num",
                                       "binlog_instance_create",
                                       "binlog_instance_release",
                                       "binlog_instance_stop",
                                       "binlog_instance_down",
                                       "binlog_instance_failover_fail_count",
                                       "binlog_instance_master_switch_count",
                                       "binlog_instance_master_switch_failed_count",
                                       "binlog_instance_no_master_count",
                                       "binlog_instance_gtid_inconsistent_count",
                                       "binlog_create",
                                       "binlog_release",
                                       "binlog_sql_request_count",
                                       "binlog_dump_request_count",
                                       "binlog_allocate_node_fail_count",
                                       "binlog_manager_down_count"};
  std::set<std::string> told;
  for (const auto& [name, value] : values()) {
    told.insert(name);
  }
  EXPECT_EQ(told, known);
}

TEST_F(ServerMetricsTest, host_is_told_in_mebibytes_and_shares) {
  const auto told = values();
  EXPECT_EQ(told.at("binlog_cpu_count"), 4);
  EXPECT_EQ(told.at("binlog_cpu_used_ratio"), 0.25);
  EXPECT_EQ(told.at("binlog_mem_total_size_mb"), 1000);
  EXPECT_EQ(told.at("binlog_mem_used_size_mb"), 250);
  EXPECT_EQ(told.at("binlog_mem_used_ratio"), 0.25);
  EXPECT_EQ(told.at("binlog_disk_total_size_mb"), 2000);
  EXPECT_EQ(told.at("binlog_disk_used_size_mb"), 1500);
  EXPECT_EQ(told.at("binlog_disk_used_ratio"), 0.75);
  EXPECT_EQ(told.at("binlog_network_rx_bytes"), 7);
  EXPECT_EQ(told.at("binlog_network_wx_bytes"), 9);
  EXPECT_EQ(told.at("binlog_load5"), 1.5);
  EXPECT_EQ(told.at("binlog_load15"), 2.5);
}

TEST_F(ServerMetricsTest, what_the_system_does_not_tell_is_left_out) {
  node_ = {};
  node_.now.memory_total = 0;
  node_.now.memory_used = 0;
  node_.now.disk_total = 5;
  node_.now.disk_free = 6;
  const auto told = values();
  for (const char* name : {"binlog_cpu_count", "binlog_cpu_used_ratio", "binlog_mem_used_ratio", "binlog_load1",
                           "binlog_disk_used_size_mb", "binlog_network_rx_bytes", "binlog_network_wx_bytes"}) {
    EXPECT_FALSE(told.contains(name)) << name;
  }
  EXPECT_EQ(told.at("binlog_instance_num"), 5) << "the rest is told";
}

TEST_F(ServerMetricsTest, each_total_has_its_counter) {
  std::uint64_t number = 0;
  for (auto* count :
       {&totals_.tenants_created, &totals_.tenants_released, &totals_.instances_created, &totals_.instances_released,
        &totals_.instances_stopped, &totals_.instances_down, &totals_.primaries_switched, &totals_.switches_failed,
        &totals_.failovers_failed, &totals_.tenants_without_heir, &totals_.gtids_inconsistent,
        &totals_.placements_failed, &totals_.servers_down, &totals_.sql_requests, &totals_.dump_requests}) {
    *count = ++number;
  }
  const auto told = values();
  const char* const in_order[] = {"binlog_create",
                                  "binlog_release",
                                  "binlog_instance_create",
                                  "binlog_instance_release",
                                  "binlog_instance_stop",
                                  "binlog_instance_down",
                                  "binlog_instance_master_switch_count",
                                  "binlog_instance_master_switch_failed_count",
                                  "binlog_instance_failover_fail_count",
                                  "binlog_instance_no_master_count",
                                  "binlog_instance_gtid_inconsistent_count",
                                  "binlog_allocate_node_fail_count",
                                  "binlog_manager_down_count",
                                  "binlog_sql_request_count",
                                  "binlog_dump_request_count"};
  double expected = 0;
  for (const char* name : in_order) {
    EXPECT_EQ(told.at(name), ++expected) << name;
  }
  EXPECT_EQ(told.at("binlog_instance_replication_num"), 2);
}

TEST_F(ServerMetricsTest, each_has_a_help_text_of_its_own_and_the_labels) {
  std::set<std::string> texts;
  for (const auto& family : collect()) {
    EXPECT_TRUE(texts.insert(family.help).second) << family.name;
    EXPECT_TRUE(family.help.ends_with('.')) << family.name;
    ASSERT_EQ(family.metric.front().label.size(), 1U);
    EXPECT_EQ(family.metric.front().label.front().value, "x");
  }
}

}  // namespace
}  // namespace sluice::supervise
