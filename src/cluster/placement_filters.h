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

/// A number for each resource, as shares of what a server has.
struct ResourceShares {
  double cpu = 0;
  double memory = 0;
  double disk = 0;
  double network = 0;

  /// Their mean by weight.
  [[nodiscard]] double weighed(const ResourceWeights& weights) const;
};

/// What a server's network counts against: the speed of its lines where that of all servers that are compared is known,
/// else what all of them send. Then a server that carries all the traffic has nothing free; where there is no traffic
/// all is free.
struct NetworkScale {
  bool speeds_known = false;
  double traffic = 0;  ///< bytes per second, of all together
};

/// For comparing the listed servers, when traffic of `more` comes to one of them.
[[nodiscard]] NetworkScale network_scale(const Inventory& inventory, const std::vector<std::size_t>& listed,
                                         std::uint64_t more = 0);

/// How much of a server's capacity is taken, 1 and more where it is exhausted or not known.
[[nodiscard]] ResourceShares taken_shares(const Resources& capacity, const Resources& taken, const NetworkScale& scale);

/// How much of it is free, 0 to 1.
[[nodiscard]] ResourceShares free_shares(const Resources& capacity, const Resources& taken, const NetworkScale& scale);

}  // namespace sluice::cluster
