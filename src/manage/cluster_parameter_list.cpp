#include <algorithm>
#include <vector>

#include "cluster/placement.h"
#include "manage/cluster_parameter.h"
#include "parameters/parameter.h"
#include "parameters/parameters.h"

namespace sluice::manage {
namespace {

using Type = ClusterParameter::Type;

constexpr std::uint64_t pebibyte = 1ULL << 50U;

ClusterParameter integer(std::string name, std::uint64_t usual, std::uint64_t minimum, std::uint64_t maximum,
                         std::string unit, std::string description,
                         NarrowestLevel narrowest = NarrowestLevel::cluster) {
  return {.name = std::move(name),
          .type = Type::integer,
          .usual = std::to_string(usual),
          .minimum = minimum,
          .maximum = maximum,
          .unit = std::move(unit),
          .narrowest = narrowest,
          .description = std::move(description)};
}

/// Those of the cluster itself. Names that the vendor's service has are its.
std::vector<ClusterParameter> own_parameters() {
  std::vector<ClusterParameter> list = {
      {.name = "cpu_mem_disk_net_weighted",
       .type = Type::weights,
       .usual = "1:1:1:1",
       .description = "How much free CPU, memory, disk and network count when a server is chosen"},
      integer("default_defer_drop_sec", 7200, 0, 31536000, "seconds",
              "How long DROP waits before it removes files, where the statement does not say"),
      integer("default_instance_replicate_num", 1, 1, cluster::replicas_max, "",
              "Instances of a new tenant, where CREATE BINLOG does not say"),
      {.name = "enable_resource_check",
       .type = Type::boolean,
       .usual = "ON",
       .description = "Whether a server has to have resources left to be given an instance"},
      integer("history_retention_days", 90, 1, 36500, "days", "How long SHOW BINLOG HISTORY goes back"),
      integer("instance_cpu_limit_percent", 0, 0, 100000, "percent of one processor",
              "The CPU time an instance may use; 0: no limit", NarrowestLevel::instance),
      integer("instance_memory_limit", 0, 0, pebibyte, "bytes", "The memory an instance may use; 0: no limit",
              NarrowestLevel::instance),
      integer("max_instance_replicate_num", 5, 1, cluster::replicas_max, "", "The most instances a tenant may have"),
      integer("max_instance_startup_wait_sec", 60, 1, 3600, "seconds",
              "How long the start of an instance is waited for; one that takes longer stays Starting until it receives "
              "clients"),
      integer("node_cpu_limit_threshold_percent", 80, 1, 100, "percent",
              "A server gets a new instance only while less of its CPU is taken"),
      integer("node_disk_limit_threshold_percent", 70, 1, 100, "percent", "The same of its disk"),
      integer("node_mem_limit_threshold_percent", 85, 1, 100, "percent", "The same of its memory"),
      integer(
          "promised_disk_percent", 10, 0, 100, "percent",
          "The share of binlog_expire_logs_size that a server must have free to get an instance, and that counts as "
          "taken from then on"),
      integer("source_heartbeat_seconds", 5, 1, 3600, "seconds",
              "How often the tenant's database says that it is there", NarrowestLevel::tenant),
      {.name = "source_tls",
       .type = Type::choice,
       .usual = "preferred",
       .choices = "off, preferred, required, verify-ca, verify-identity",
       .needs_restart = true,
       .narrowest = NarrowestLevel::tenant,
       .description = "How the tenant's database is connected to"},
  };
  for (ClusterParameter& one : list) {
    const bool at_start = one.name == "source_heartbeat_seconds" || one.name == "instance_cpu_limit_percent" ||
                          one.name == "instance_memory_limit";
    if (at_start) one.needs_restart = true;
  }
  return list;
}

ClusterParameter of_instance(const parameters::Definition& one) {
  const bool boolean = one.type == parameters::Definition::Type::boolean;
  return {.name = std::string(one.name),
          .type = boolean ? Type::boolean : Type::integer,
          .usual = parameters::value_text(one, one.usual),
          .minimum = one.minimum,
          .maximum = one.maximum,
          .unit = std::string(one.unit),
          .needs_restart = one.needs_restart,
          .narrowest = one.needs_restart ? NarrowestLevel::tenant : NarrowestLevel::instance,
          .description = std::string(one.description),
          .of_instances = true,
          .fixed_at_start = one.parameter == parameters::Parameter::max_binlog_size};
}

}  // namespace

std::span<const ClusterParameter> cluster_parameters() {
  static const std::vector<ClusterParameter> list = [] {
    std::vector<ClusterParameter> all = own_parameters();
    for (const parameters::Definition& one : parameters::definitions())
      all.push_back(of_instance(one));
    std::ranges::sort(all, {}, &ClusterParameter::name);
    return all;
  }();
  return list;
}

const ClusterParameter* find_cluster_parameter(std::string_view name) {
  const auto all = cluster_parameters();
  const auto found = std::ranges::lower_bound(all, name, {}, &ClusterParameter::name);
  return found != all.end() && found->name == name ? &*found : nullptr;
}

}  // namespace sluice::manage
