#include "supervise/server_metrics.h"

#include <array>
#include <optional>

namespace sluice::supervise {
namespace {

using metrics::Families;

constexpr double mebibyte = 1024.0 * 1024.0;

struct Counter {
  const char* name;
  const char* help;
  metrics::ServerTotals::Count metrics::ServerTotals::*count;
};

constexpr std::array counters = {
    Counter{"binlog_create", "Tenants this server has created since its start.",
            &metrics::ServerTotals::tenants_created},
    Counter{"binlog_release", "Tenants this server has dropped since its start.",
            &metrics::ServerTotals::tenants_released},
    Counter{"binlog_instance_create", "New instances this server has started for the first time since its start.",
            &metrics::ServerTotals::instances_created},
    Counter{"binlog_instance_release", "Instances this server has dropped, files included, since its start.",
            &metrics::ServerTotals::instances_released},
    Counter{"binlog_instance_stop", "Instances this server has stopped, as it was asked to, since its start.",
            &metrics::ServerTotals::instances_stopped},
    Counter{"binlog_instance_down", "Times an instance's process ended on this server though nobody had asked for it.",
            &metrics::ServerTotals::instances_down},
    Counter{"binlog_instance_failover_fail_count",
            "Times this server found a tenant's primary gone and could not make another instance its primary.",
            &metrics::ServerTotals::failovers_failed},
    Counter{"binlog_instance_master_switch_count", "Times this server made another instance a tenant's primary.",
            &metrics::ServerTotals::primaries_switched},
    Counter{"binlog_instance_master_switch_failed_count",
            "Times this server was to make another instance a tenant's primary and did not succeed.",
            &metrics::ServerTotals::switches_failed},
    Counter{"binlog_instance_no_master_count",
            "Times this server found a tenant's primary gone and no instance that could take its place.",
            &metrics::ServerTotals::tenants_without_heir},
    Counter{"binlog_instance_gtid_inconsistent_count",
            "Times an instance on this server stopped capturing because its source contradicts its log. A person has "
            "to decide.",
            &metrics::ServerTotals::gtids_inconsistent},
    Counter{"binlog_sql_request_count",
            "SQL statements this server has carried out on its own port since its start, relayed ones not counted.",
            &metrics::ServerTotals::sql_requests},
    Counter{"binlog_dump_request_count",
            "Dump commands of subscribers this server has relayed to instances since its start.",
            &metrics::ServerTotals::dump_requests},
    Counter{"binlog_allocate_node_fail_count",
            "Times this server found no server of the cluster that could take a new instance.",
            &metrics::ServerTotals::placements_failed},
    Counter{"binlog_manager_down_count", "Times this server judged another server of the cluster to be OFFLINE.",
            &metrics::ServerTotals::servers_down},
};

template <typename Number>
std::optional<double> mebibytes(const std::optional<Number>& bytes) {
  if (!bytes) return std::nullopt;
  return static_cast<double>(*bytes) / mebibyte;
}

std::optional<double> ratio(std::optional<double> part, std::optional<double> whole) {
  if (!part || !whole || *whole <= 0) return std::nullopt;
  return *part / *whole;
}

void gauge_if_known(Families& families, const char* name, const char* help, std::optional<double> value) {
  if (value) families.gauge(name, help, *value);
}

void add_processors(Families& families, const NodeUse& use) {
  gauge_if_known(families, "binlog_cpu_count",
                 "Processors this server and its instances may use: the host's, or their control group's quota.",
                 use.now.cpu_count);
  gauge_if_known(families, "binlog_cpu_used_ratio",
                 "Share of these processors' time in use by anybody at present, 0 to 1.",
                 ratio(use.cpu_used, use.now.cpu_count));
  if (!use.now.load) return;
  const auto& load = *use.now.load;
  families.gauge("binlog_load1", "The host's load average of the last minute.", load[0]);
  families.gauge("binlog_load5", "The host's load average of the last 5 minutes.", load[1]);
  families.gauge("binlog_load15", "The host's load average of the last 15 minutes.", load[2]);
}

void add_memory(Families& families, const NodeReading& now) {
  const auto total = mebibytes(now.memory_total);
  const auto used = mebibytes(now.memory_used);
  gauge_if_known(families, "binlog_mem_total_size_mb",
                 "Memory this server and its instances may use: the host's, or their control group's limit, in MiB.",
                 total);
  gauge_if_known(families, "binlog_mem_used_size_mb",
                 "Memory in use that cannot be had back by dropping caches, in MiB.", used);
  gauge_if_known(families, "binlog_mem_used_ratio",
                 "binlog_mem_used_size_mb as a share of binlog_mem_total_size_mb, 0 to 1.", ratio(used, total));
}

void add_disk(Families& families, const NodeReading& now) {
  std::optional<std::uint64_t> used_bytes;
  if (now.disk_total && now.disk_free && *now.disk_free <= *now.disk_total) {
    used_bytes = *now.disk_total - *now.disk_free;
  }
  const auto total = mebibytes(now.disk_total);
  const auto used = mebibytes(used_bytes);
  gauge_if_known(families, "binlog_disk_total_size_mb", "Size of the file system with this server's directory, in MiB.",
                 total);
  gauge_if_known(families, "binlog_disk_used_size_mb",
                 "Space of that file system that instances can no longer use, whoever has it, in MiB.", used);
  gauge_if_known(families, "binlog_disk_used_ratio",
                 "binlog_disk_used_size_mb as a share of binlog_disk_total_size_mb, 0 to 1.", ratio(used, total));
}

void add_network(Families& families, const NodeReading& now) {
  if (now.network_received) {
    families.counter("binlog_network_rx_bytes",
                     "Bytes received by the network interfaces this server sees, loopback excepted.",
                     static_cast<double>(*now.network_received));
  }
  if (now.network_sent) {
    families.counter("binlog_network_wx_bytes",
                     "Bytes sent by the network interfaces this server sees, loopback excepted.",
                     static_cast<double>(*now.network_sent));
  }
}

void add_gauges(Families& families, const ServerGauges& gauges) {
  families.gauge("binlog_instance_num", "Instances on this server that are not dropped, whatever their state.",
                 static_cast<double>(gauges.instances));
  families.gauge("binlog_instance_replication_num",
                 "Of the instances on this server, those that are not their tenant's primary.",
                 static_cast<double>(gauges.replicas));
}

}  // namespace

std::vector<prometheus::MetricFamily> ServerMetrics::collect() const {
  Families families(sources_.labels);
  const NodeUse use = sources_.node();
  add_processors(families, use);
  add_memory(families, use.now);
  add_disk(families, use.now);
  add_network(families, use.now);
  add_gauges(families, sources_.gauges());
  for (const Counter& counter : counters) {
    families.counter(counter.name, counter.help,
                     static_cast<double>((sources_.totals->*counter.count).load(std::memory_order_relaxed)));
  }
  return families.take();
}

}  // namespace sluice::supervise
