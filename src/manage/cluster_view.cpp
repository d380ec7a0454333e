#include "manage/cluster_view.h"

#include <map>

#include <nlohmann/json.hpp>

#include "manage/stored_options.h"
#include "metadb/parameter_values.h"

namespace sluice::manage {
namespace {

using nlohmann::json;

constexpr double expected_cpu = 0.25;                     // processors
constexpr std::uint64_t expected_memory = 256ULL << 20U;  // bytes
constexpr std::uint64_t expected_network = 1'000'000;     // bytes/s
constexpr double processors_per_percent = 0.01;

cluster::Moment to_moment(std::chrono::microseconds since_1970) {
  return cluster::Moment(std::chrono::duration_cast<cluster::Milliseconds>(since_1970));
}

std::optional<double> number(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number() ? std::optional(found->get<double>()) : std::nullopt;
}

std::uint64_t bytes(double value) {
  return value > 0 ? static_cast<std::uint64_t>(value) : 0;
}

/// Of the JSON that supervise/node.h makes. Without CPU, memory and disk there are none.
std::optional<cluster::ServerMetrics> parse_metrics(const metadb::Server& server) {
  const json node = json::parse(server.metrics, nullptr, false);
  if (!node.is_object()) return std::nullopt;
  const auto cpu = number(node, "cpu_count");
  const auto memory = number(node, "memory_total");
  const auto disk = number(node, "disk_total");
  const auto cpu_used = number(node, "cpu_used");
  const auto memory_used = number(node, "memory_used");
  const auto disk_free = number(node, "disk_free");
  if (!cpu || !memory || !disk || !cpu_used || !memory_used || !disk_free) return std::nullopt;
  const double network = number(node, "network_received").value_or(0) + number(node, "network_sent").value_or(0);
  return cluster::ServerMetrics{.capacity = {.cpu = *cpu, .memory = bytes(*memory), .disk = bytes(*disk), .network = 0},
                                .used = {.cpu = *cpu_used,
                                         .memory = bytes(*memory_used),
                                         .disk = bytes(*disk - *disk_free),
                                         .network = bytes(network)},
                                .taken_at = to_moment(server.heartbeat)};
}

cluster::ServerState to_state(const metadb::Server& server) {
  switch (server.state) {
    case metadb::ServerState::online:
      return server.pause_wanted ? cluster::ServerState::paused : cluster::ServerState::online;
    case metadb::ServerState::suspect:
      return cluster::ServerState::suspect;
    case metadb::ServerState::offline:
      break;
  }
  return cluster::ServerState::offline;
}

/// What each tenant has set. Values that cannot be read are the usual ones.
using TenantValues = std::map<std::string, SetValues>;

TenantValues tenant_values(const ClusterView& view) {
  TenantValues values;
  for (const metadb::Tenant& tenant : view.tenants) {
    values[metadb::to_text(tenant.name)] = parse_options(tenant.settings.options).value_or(StoredOptions{}).parameters;
  }
  return values;
}

/// What each instance was last seen to use, by its name.
using UsedByName = std::map<std::string, cluster::Resources>;

UsedByName used_by_name(const ClusterView& view) {
  UsedByName used;
  for (const metadb::ServerReports& server : view.reports) {
    for (const metadb::InstanceReport& one : server.instances) {
      if (one.cpu_used < 0 || one.memory_used < 0 || one.disk_used < 0) continue;
      used[one.name] = {.cpu = one.cpu_used,
                        .memory = static_cast<std::uint64_t>(one.memory_used),
                        .disk = static_cast<std::uint64_t>(one.disk_used),
                        .network = 0};
    }
  }
  return used;
}

cluster::HostedInstance to_hosted(const metadb::Instance& instance, const SetValues& cluster_values,
                                  const TenantValues& tenants, const UsedByName& used) {
  const auto measured = used.find(instance.name);
  const StoredOptions options = parse_options(instance.options).value_or(StoredOptions{});
  const auto tenant = tenants.find(metadb::to_text(instance.tenant));
  const EffectiveValues values(cluster_values, tenant == tenants.end() ? SetValues{} : tenant->second,
                               options.parameters);
  return {.name = instance.name,
          .tenant = metadb::to_text(instance.tenant),
          .server = instance.server,
          .primary = instance.is_primary,
          .movable = instance.state == metadb::InstanceState::running && options.replaces.empty(),
          .demands = options.demands,
          .needs = expected_needs(values),
          .used = measured == used.end() ? std::nullopt : std::optional(measured->second),
          .placed_at = to_moment(instance.created)};
}

}  // namespace

Result<SetValues> read_cluster_parameters(metadb::MetaDb& database) {
  auto list = metadb::list_parameters(database, metadb::ParameterLevel::cluster, "");
  if (!list) return std::unexpected(std::move(list.error()));
  SetValues values;
  for (metadb::ParameterValue& one : *list) {
    // A newer server may know more.
    if (find_cluster_parameter(one.name) != nullptr) values[one.name] = std::move(one.value);
  }
  return values;
}

Result<ClusterView> read_cluster(metadb::MetaDb& database) {
  auto servers = metadb::list_servers(database, metadb::ServerDetail::everything);
  if (!servers) return std::unexpected(std::move(servers.error()));
  auto instances = metadb::list_instances(database, {}, {.limit = instances_max});
  if (!instances) return std::unexpected(std::move(instances.error()));
  auto tenants = metadb::list_tenants(database, {.limit = instances_max});
  if (!tenants) return std::unexpected(std::move(tenants.error()));
  auto reports = metadb::list_reports(database);
  if (!reports) return std::unexpected(std::move(reports.error()));
  auto parameters = read_cluster_parameters(database);
  if (!parameters) return std::unexpected(std::move(parameters.error()));
  return ClusterView{.servers = std::move(*servers),
                     .instances = std::move(*instances),
                     .tenants = std::move(*tenants),
                     .reports = std::move(*reports),
                     .parameters = std::move(*parameters)};
}

Result<EffectiveValues> effective_values(const SetValues& cluster, const metadb::Tenant& tenant,
                                         const metadb::Instance* instance) {
  auto of_tenant = parse_options(tenant.settings.options);
  if (!of_tenant) return fail_in("tenant " + metadb::to_text(tenant.name), std::move(of_tenant.error()));
  SetValues of_instance;
  if (instance != nullptr) {
    auto options = parse_options(instance->options);
    if (!options) return fail_in("instance " + instance->name, std::move(options.error()));
    of_instance = std::move(options->parameters);
  }
  return EffectiveValues(cluster, std::move(of_tenant->parameters), std::move(of_instance));
}

cluster::Server to_server(const metadb::Server& server) {
  return {.id = server.identity.id,
          .ip = server.identity.address,
          .port = server.identity.port,
          .region = server.identity.region,
          .idc = server.identity.idc,
          .zone = server.identity.zone,
          .group = server.identity.group,
          .state = to_state(server),
          .heartbeat_age = std::chrono::duration_cast<cluster::Milliseconds>(server.beat_age),
          .metrics = parse_metrics(server)};
}

cluster::Inventory to_inventory(const ClusterView& view) {
  std::vector<cluster::Server> servers;
  for (const metadb::Server& server : view.servers)
    servers.push_back(to_server(server));
  // An instance that was asked to go counts no more.
  const TenantValues tenants = tenant_values(view);
  const UsedByName used = used_by_name(view);
  std::vector<cluster::HostedInstance> instances;
  for (const metadb::Instance& instance : view.instances) {
    if (instance.wanted != metadb::Wanted::dropped) {
      instances.push_back(to_hosted(instance, view.parameters, tenants, used));
    }
  }
  return {std::move(servers), instances};
}

cluster::PlacementRules placement_rules(const EffectiveValues& values) {
  const auto percent = [&](std::string_view name) { return static_cast<unsigned>(values.number(name)); };
  return {.check_resources = values.flag("enable_resource_check"),
          .cpu_limit_percent = percent("node_cpu_limit_threshold_percent"),
          .memory_limit_percent = percent("node_mem_limit_threshold_percent"),
          .disk_limit_percent = percent("node_disk_limit_threshold_percent"),
          .weights = cluster::parse_resource_weights(values.text("cpu_mem_disk_net_weighted"))
                         .value_or(cluster::ResourceWeights{})};
}

cluster::Resources expected_needs(const EffectiveValues& values) {
  const std::uint64_t memory_limit = values.number("instance_memory_limit");
  const std::uint64_t cpu_limit = values.number("instance_cpu_limit_percent");
  const double log_size = static_cast<double>(values.number("binlog_expire_logs_size"));
  constexpr double percent = 0.01;
  return {.cpu = cpu_limit == 0 ? expected_cpu : static_cast<double>(cpu_limit) * processors_per_percent,
          .memory = memory_limit == 0 ? expected_memory : memory_limit,
          .disk = bytes(log_size * static_cast<double>(values.number("promised_disk_percent")) * percent),
          .network = expected_network};
}

std::string shown_state(const metadb::Server& server) {
  return std::string(cluster::server_state_text(to_state(server)));
}

}  // namespace sluice::manage
