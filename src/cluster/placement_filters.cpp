#include "cluster/placement_filters.h"

#include <algorithm>

#include <fmt/format.h>

namespace sluice::cluster {

namespace {

constexpr double gibibyte = 1024.0 * 1024 * 1024;

[[nodiscard]] std::optional<std::string> too_full(std::string_view resource, double taken, double whole,
                                                  unsigned limit_percent) {
  const double percent = share(taken, whole) * 100;
  if (percent < limit_percent) return std::nullopt;
  return fmt::format("{} {:.0f} % taken, the limit is {} %", resource, percent, limit_percent);
}

[[nodiscard]] std::optional<std::string> too_little(std::string_view resource, std::uint64_t free,
                                                    std::uint64_t needed) {
  if (free >= needed) return std::nullopt;
  return fmt::format("{:.1f} GiB of {} free, {:.1f} GiB asked", static_cast<double>(free) / gibibyte, resource,
                     static_cast<double>(needed) / gibibyte);
}

}  // namespace

std::optional<std::string> not_usable(const Server& server, const PlacementRules& rules) {
  if (server.state != ServerState::online) return std::string(server_state_text(server.state));
  if (server.heartbeat_age < rules.heartbeat_age_max) return std::nullopt;
  return fmt::format("no heartbeat for {:.1f} s", static_cast<double>(server.heartbeat_age.count()) / 1000);
}

std::optional<std::string> lacks_resources(const Inventory& inventory, std::size_t server, const Resources& needs,
                                           const PlacementRules& rules) {
  if (!rules.check_resources) return std::nullopt;
  if (!inventory.servers()[server].metrics) return "it has told no metrics yet";
  const Resources has = inventory.capacity(server);
  const Resources& taken = inventory.taken(server);
  if (auto why = too_full("CPU", taken.cpu, has.cpu, rules.cpu_limit_percent)) return why;
  const auto bytes = [](std::uint64_t count) { return static_cast<double>(count); };
  if (auto why = too_full("memory", bytes(taken.memory), bytes(has.memory), rules.memory_limit_percent)) return why;
  if (auto why = too_full("disk", bytes(taken.disk), bytes(has.disk), rules.disk_limit_percent)) return why;
  const Resources free = has - taken;
  if (auto why = too_little("memory", free.memory, needs.memory)) return why;
  return too_little("disk", free.disk, needs.disk);
}

bool meets(const Demands& demands, const Server& server) {
  const auto met = [](const std::string& demanded, const std::string& is) {
    return demanded.empty() || demanded == is;
  };
  return met(demands.ip, server.ip) && met(demands.zone, server.zone) && met(demands.group, server.group) &&
         met(demands.region, server.region);
}

double ResourceShares::weighed(const ResourceWeights& weights) const {
  const double weighed = weights.cpu * cpu + weights.memory * memory + weights.disk * disk + weights.network * network;
  return weighed / weights.sum();
}

NetworkScale network_scale(const Inventory& inventory, const std::vector<std::size_t>& listed, std::uint64_t more) {
  NetworkScale scale{true, static_cast<double>(more)};
  for (const std::size_t server : listed) {
    if (inventory.capacity(server).network == 0) scale.speeds_known = false;
    scale.traffic += static_cast<double>(inventory.taken(server).network);
  }
  return scale;
}

ResourceShares taken_shares(const Resources& capacity, const Resources& taken, const NetworkScale& scale) {
  const auto of = [](double part, double whole) { return whole > 0 ? part / whole : 1; };
  const auto network = static_cast<double>(taken.network);
  return {of(taken.cpu, capacity.cpu), of(static_cast<double>(taken.memory), static_cast<double>(capacity.memory)),
          of(static_cast<double>(taken.disk), static_cast<double>(capacity.disk)),
          scale.speeds_known ? of(network, static_cast<double>(capacity.network)) : share(network, scale.traffic)};
}

ResourceShares free_shares(const Resources& capacity, const Resources& taken, const NetworkScale& scale) {
  const ResourceShares shares = taken_shares(capacity, taken, scale);
  const auto rest = [](double part) { return std::max(0.0, 1 - part); };
  return {rest(shares.cpu), rest(shares.memory), rest(shares.disk), rest(shares.network)};
}

}  // namespace sluice::cluster
