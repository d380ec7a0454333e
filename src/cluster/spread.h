#pragma once

#include <span>
#include <string>
#include <vector>

#include "cluster/server.h"

namespace sluice::cluster {

/// How far apart the replicas of a tenant are: how many regions and, within these, IDCs hold one. More is better,
/// regions first.
struct Spread {
  std::size_t regions = 0;
  std::size_t idcs = 0;

  auto operator<=>(const Spread&) const = default;
};

/// Of replicas on these servers.
[[nodiscard]] Spread spread_of(std::span<const Server> servers, const std::vector<std::size_t>& holders);

/// Leaves those of `candidates` that spread the tenant best: servers in regions with the fewest holders, of those the
/// ones in IDCs with the fewest. Says how many that left: "4 in regions with none, 2 in IDCs with
/// none" of its replicas.
[[nodiscard]] std::string keep_best_spread(std::span<const Server> servers, const std::vector<std::size_t>& holders,
                                           std::vector<std::size_t>& candidates);

}  // namespace sluice::cluster
