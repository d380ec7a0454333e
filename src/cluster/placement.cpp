#include "cluster/placement.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "cluster/placement_sieve.h"
#include "cluster/spread.h"

namespace sluice::cluster {

namespace {

/// A draw among equals that any server repeats: SplitMix64's mixing of the seed with the server's id (FNV-1a).
[[nodiscard]] std::uint64_t lot(std::uint64_t seed, std::string_view id) {
  std::uint64_t mixed = 0xcbf29ce484222325ULL;
  for (const char byte : id)
    mixed = (mixed ^ static_cast<std::uint8_t>(byte)) * 0x100000001b3ULL;
  mixed += seed * 0x9e3779b97f4a7c15ULL;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
  return mixed ^ (mixed >> 31);
}

struct Ranked {
  std::size_t server = 0;
  ResourceShares free;
  long score = 0;  ///< millionths, so that what differs by rounding alone is equal
  std::uint64_t lot = 0;
};

[[nodiscard]] std::vector<Ranked> ranked(const Inventory& inventory, const std::vector<std::size_t>& candidates,
                                         const Resources& needs, const PlacementRules& rules, std::uint64_t seed) {
  const NetworkScale scale = network_scale(inventory, candidates, needs.network);
  std::vector<Ranked> best_first;
  for (const std::size_t server : candidates) {
    const ResourceShares free = free_shares(inventory.capacity(server), inventory.taken(server) + needs, scale);
    best_first.push_back(
        {server, free, std::lround(free.weighed(rules.weights) * 1e6), lot(seed, inventory.servers()[server].id)});
  }
  std::ranges::sort(best_first, [](const Ranked& left, const Ranked& right) {
    return left.score != right.score ? left.score > right.score : left.lot < right.lot;
  });
  return best_first;
}

[[nodiscard]] std::string weights_account(const Inventory& inventory, const std::vector<Ranked>& best_first,
                                          const PlacementRules& rules) {
  const Ranked& best = best_first.front();
  std::string text =
      fmt::format("free with it: CPU {:.0f} %, memory {:.0f} %, disk {:.0f} %, network {:.0f} %, by {} {:.3f}",
                  best.free.cpu * 100, best.free.memory * 100, best.free.disk * 100, best.free.network * 100,
                  resource_weights_text(rules.weights), static_cast<double>(best.score) / 1e6);
  if (best_first.size() == 1) return text;
  const Ranked& next = best_first[1];
  text +=
      fmt::format("; next {} {:.3f}", name_of(inventory.servers()[next.server]), static_cast<double>(next.score) / 1e6);
  if (next.score == best.score) text += ", equal: drawn by lot";
  return text;
}

[[nodiscard]] std::unexpected<Error> nobody(ErrorKind kind, std::string_view text, const PlacementSieve& sieve) {
  return fail(kind, fmt::format("{}: {}", text, sieve.losses()));
}

/// A label that the statement may demand a value of.
struct Label {
  std::string_view name;
  const std::string Demands::*demanded;
  const std::string Server::*is;
};

constexpr Label labels[] = {
    {"ip", &Demands::ip, &Server::ip},
    {"zone", &Demands::zone, &Server::zone},
    {"group", &Demands::group, &Server::group},
    {"region", &Demands::region, &Server::region},
};

[[nodiscard]] Result<void> pass_demands(PlacementSieve& sieve, const Inventory& inventory, const Demands& demands) {
  for (const Label& label : labels) {
    const std::string& demanded = demands.*label.demanded;
    if (demanded.empty()) continue;
    sieve.pass(fmt::format("{} {}", label.name, demanded), [&](std::size_t server) -> std::optional<std::string> {
      const std::string& has = inventory.servers()[server].*label.is;
      if (has == demanded) return std::nullopt;
      return has.empty() ? fmt::format("has no {}", label.name) : has;
    });
    if (!sieve.left().empty()) continue;
    return nobody(ErrorKind::not_found, fmt::format("not matched any node with {} '{}'", label.name, demanded), sieve);
  }
  return {};
}

[[nodiscard]] Result<void> pass_all(PlacementSieve& sieve, const Inventory& inventory,
                                    const std::vector<std::size_t>& holders, const PlacementRequest& request,
                                    const PlacementRules& rules) {
  const std::span<const Server> servers = inventory.servers();
  sieve.pass("ONLINE", [&](std::size_t server) { return not_usable(servers[server], rules); });
  if (sieve.left().empty()) return nobody(ErrorKind::limit, "No node of the cluster is ONLINE", sieve);
  if (auto met = pass_demands(sieve, inventory, request.demands); !met) return met;

  sieve.pass("without a replica of it", [&](std::size_t server) -> std::optional<std::string> {
    const auto shared = [&](std::size_t holder) { return same_host(servers[holder], servers[server]); };
    if (std::ranges::none_of(holders, shared)) return std::nullopt;
    return "its host has a replica";
  });
  if (sieve.left().empty()) {
    return nobody(ErrorKind::limit, "Not enough nodes: no two replicas of a tenant share a host", sieve);
  }
  sieve.pass("with the resources",
             [&](std::size_t server) { return lacks_resources(inventory, server, request.needs, rules); });
  if (sieve.left().empty()) return nobody(ErrorKind::limit, "Node resources are insufficient", sieve);
  return {};
}

[[nodiscard]] Result<Placement> place_beside(const Inventory& inventory, const std::vector<std::size_t>& holders,
                                             const PlacementRequest& request, const PlacementRules& rules,
                                             std::uint64_t seed) {
  PlacementSieve sieve(inventory);
  if (auto passed = pass_all(sieve, inventory, holders, request, rules); !passed) {
    return std::unexpected(std::move(passed.error()));
  }
  std::vector<std::size_t> candidates = sieve.left();
  const std::string spread = keep_best_spread(inventory.servers(), holders, candidates);
  const std::vector<Ranked> best_first = ranked(inventory, candidates, request.needs, rules, seed);
  const std::size_t chosen = best_first.front().server;
  return Placement{chosen, fmt::format("{}: {}; spread: {}; {}", name_of(inventory.servers()[chosen]), sieve.account(),
                                       spread, weights_account(inventory, best_first, rules))};
}

}  // namespace

Result<Placement> place_replica(const Inventory& inventory, const PlacementRequest& request,
                                const PlacementRules& rules, std::uint64_t seed) {
  return place_beside(inventory, inventory.servers_of(request.tenant), request, rules, seed);
}

Result<std::vector<Placement>> place_replicas(const Inventory& inventory, const PlacementRequest& request,
                                              unsigned count, const PlacementRules& rules, std::uint64_t seed) {
  if (count == 0 || count > replicas_max) {
    return fail(ErrorKind::invalid, fmt::format("{} replicas of a tenant: from 1 to {} can be", count, replicas_max));
  }
  std::vector<std::size_t> holders = inventory.servers_of(request.tenant);
  std::vector<Placement> placed;
  while (placed.size() < count) {
    // Those placed before take nothing from this one: they are on other hosts.
    auto next = place_beside(inventory, holders, request, rules, seed);
    if (!next) {
      if (count > 1) {
        next.error().message += fmt::format(". {} of {} replicas can be placed", placed.size(), count);
      }
      return std::unexpected(std::move(next.error()));
    }
    holders.push_back(next->server);
    placed.push_back(std::move(*next));
  }
  return placed;
}

}  // namespace sluice::cluster
