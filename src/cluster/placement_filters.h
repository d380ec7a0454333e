#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cluster/inventory.h"
#include "cluster/resource_weights.h"

namespace sluice::cluster {

/// What decides where an instance may be and which place is better. Parameters of the cluster.
struct PlacementRules {
  Milliseconds heartbeat_age_max = std::chrono::seconds(10);  ///< of a server that may get something new
  bool check_resources = true;                                ///< enable_resource_check
  unsigned cpu_limit_percent = 80;                            ///< a server gets something new below these only
  unsigned memory_limit_percent = 85;
  unsigned disk_limit_percent = 70;
  ResourceWeights weights;
};

/// Why a server gets nothing new, whatever it is; nothing if it may.
[[nodiscard]] std::optional<std::string> not_usable(const Server& server, const PlacementRules& rules);

/// Which resource the server lacks for an instance with these needs; nothing if it has all, or nobody checks.
[[nodiscard]] std::optional<std::string> lacks_resources(const Inventory& inventory, std::size_t server,
                                                         const Resources& needs, const PlacementRules& rules);

[[nodiscard]] bool meets(const Demands& demands, const Server& server);

/// How free each resource of a server would be, as shares of 1.
struct FreeShares {
  double cpu = 0;
  double memory = 0;
  double disk = 0;
  double network = 0;

  /// The mean of the shares by weight, from 0 to 1.
  [[nodiscard]] double weighed(const ResourceWeights& weights) const;
};

/// What is free, beyond `needs`, on each of the listed servers. The network counts against the speed of a server's
/// lines where that of all listed is known, else against what all of them send: a server that carries all the traffic
/// has nothing free, and where there is no traffic all is free.
[[nodiscard]] std::vector<FreeShares> free_shares(const Inventory& inventory, const std::vector<std::size_t>& listed,
                                                  const Resources& needs);

}  // namespace sluice::cluster
