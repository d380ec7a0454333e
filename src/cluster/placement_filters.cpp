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

double FreeShares::weighed(const ResourceWeights& weights) const {
  const double weighed = weights.cpu * cpu + weights.memory * memory + weights.disk * disk + weights.network * network;
  return weighed / weights.sum();
}

std::vector<FreeShares> free_shares(const Inventory& inventory, const std::vector<std::size_t>& listed,
                                    const Resources& needs) {
  const bool speeds_known =
      std::ranges::all_of(listed, [&](std::size_t server) { return inventory.capacity(server).network > 0; });
  double traffic = static_cast<double>(needs.network);
  for (const std::size_t server : listed)
    traffic += static_cast<double>(inventory.taken(server).network);

  const auto free = [](double taken, double whole) { return whole > 0 ? std::max(0.0, 1 - taken / whole) : 0.0; };
  std::vector<FreeShares> shares;
  shares.reserve(listed.size());
  for (const std::size_t server : listed) {
    const Resources has = inventory.capacity(server);
    const Resources taken = inventory.taken(server) + needs;
    const auto network = static_cast<double>(taken.network);
    shares.push_back({free(taken.cpu, has.cpu),
                      free(static_cast<double>(taken.memory), static_cast<double>(has.memory)),
                      free(static_cast<double>(taken.disk), static_cast<double>(has.disk)),
                      speeds_known ? free(network, static_cast<double>(has.network)) : 1 - share(network, traffic)});
  }
  return shares;
}

}  // namespace sluice::cluster
