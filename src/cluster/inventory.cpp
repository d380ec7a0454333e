#include "cluster/inventory.h"

#include <cmath>

#include "base/assert.h"

namespace sluice::cluster {

Inventory::Inventory(std::vector<Server> servers, std::span<const HostedInstance> instances, const LoadRules& rules)
    : rules_(rules), servers_(std::move(servers)), taken_(servers_.size()), hosted_(servers_.size()) {
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    by_id_.emplace(servers_[i].id, i);
    if (servers_[i].metrics) taken_[i] = servers_[i].metrics->used;
  }
  instances_.reserve(instances.size());
  server_of_.reserve(instances.size());
  weights_.reserve(instances.size());
  for (const HostedInstance& instance : instances) {
    if (const auto server = find(instance.server)) list(instance, *server);
  }
}

std::optional<std::size_t> Inventory::find(std::string_view id) const {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return std::nullopt;
  return found->second;
}

std::span<const std::size_t> Inventory::instances_of(std::string_view tenant) const {
  const auto found = by_tenant_.find(tenant);
  if (found == by_tenant_.end()) return {};
  return found->second;
}

std::vector<std::size_t> Inventory::servers_of(std::string_view tenant) const {
  std::vector<std::size_t> servers;
  for (const std::size_t instance : instances_of(tenant))
    servers.push_back(server_of_[instance]);
  return servers;
}

Resources Inventory::capacity(std::size_t server) const {
  const auto& metrics = servers_[server].metrics;
  return metrics ? metrics->capacity : Resources{};
}

Resources Inventory::weight(std::size_t instance) const {
  return weights_[instance];
}

void Inventory::add(HostedInstance instance) {
  const auto server = find(instance.server);
  SLUICE_ASSERT(server.has_value());
  list(std::move(instance), *server);
}

void Inventory::list(HostedInstance instance, std::size_t server) {
  const Resources more = outstanding(instance, servers_[server]);
  taken_[server] = taken_[server] + more;
  const bool counted = measured(instance, servers_[server]);
  weights_.push_back(counted ? instance.used.value_or(instance.needs) + more : instance.needs);
  hosted_[server].push_back(instances_.size());
  by_tenant_[instance.tenant].push_back(instances_.size());
  server_of_.push_back(server);
  instances_.push_back(std::move(instance));
}

/// Whether what the instance uses is in the metrics of its server.
bool Inventory::measured(const HostedInstance& instance, const Server& server) const {
  return server.metrics && server.metrics->taken_at >= instance.placed_at + rules_.settle;
}

/// What the instance will take and has not taken yet.
Resources Inventory::outstanding(const HostedInstance& instance, const Server& server) const {
  const Resources missing = instance.needs - instance.used.value_or(Resources{});
  if (!measured(instance, server)) return missing;
  if (!instance.used) return {};
  const auto promised = [this](std::uint64_t bytes) {
    return static_cast<std::uint64_t>(static_cast<double>(bytes) * rules_.promised_percent / 100);
  };
  return {0, promised(missing.memory), promised(missing.disk), 0};
}

void Inventory::move(std::size_t instance, std::size_t target) {
  const std::size_t source = server_of_[instance];
  taken_[source] = taken_[source] - weights_[instance];
  taken_[target] = taken_[target] + weights_[instance];
  std::erase(hosted_[source], instance);
  hosted_[target].push_back(instance);
  server_of_[instance] = target;
  instances_[instance].server = servers_[target].id;
}

void Inventory::exchange_roles(std::size_t primary, std::size_t follower) {
  const auto exchange = [this](std::size_t instance, const Resources& other) {
    Resources& mine = weights_[instance];
    Resources& taken = taken_[server_of_[instance]];
    taken = taken - mine;
    mine.cpu = other.cpu;
    mine.network = other.network;
    taken = taken + mine;
  };
  const Resources of_primary = weights_[primary];
  exchange(primary, weights_[follower]);
  exchange(follower, of_primary);
  std::swap(instances_[primary].primary, instances_[follower].primary);
}

}  // namespace sluice::cluster
