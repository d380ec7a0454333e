#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "cluster/placement_filters.h"

namespace sluice::cluster {

/// A replica of a tenant that looks for a server.
struct PlacementRequest {
  std::string tenant;
  Demands demands;
  Resources needs;
};

/// The server that was chosen, and why: which filters left how many, what the spread and the weights said. The reason
/// is one line, at most about 1,000 bytes whatever the size of the cluster, for people and for the history.
struct Placement {
  std::size_t server = 0;  ///< index in the inventory
  std::string reason;
};

/// Chooses a server for one more replica of a tenant. Pure: the same input gives the same choice. See decision 8.
///
/// Filters, in this order: usable at all (ONLINE with a fresh heartbeat), ip, zone, group, region, no replica of the
/// tenant on the same host, resources. Then spread: the regions with the fewest replicas of the tenant, of those the
/// IDCs with the fewest. Then the server with most free, by weight, when the replica is there; among equals `seed`
/// decides. What is counted as taken includes what the metrics do not show yet (Inventory).
///
/// Without a server the error begins with the vendor's text for the filter that left nobody, and tells what each filter
/// took away: `not_found` where no server is as demanded, `limit` where those lack resources or hosts.
///
/// The caller adds the instance to the inventory before it places the next.
[[nodiscard]] Result<Placement> place_replica(const Inventory& inventory, const PlacementRequest& request,
                                              const PlacementRules& rules, std::uint64_t seed);

inline constexpr unsigned replicas_max = 64;  ///< of one tenant; the cluster's own limit is lower

/// Places `count` further replicas of a tenant one after another by the same rules, each on a host of its own: all or
/// none. The error says how many could be placed.
[[nodiscard]] Result<std::vector<Placement>> place_replicas(const Inventory& inventory, const PlacementRequest& request,
                                                            unsigned count, const PlacementRules& rules,
                                                            std::uint64_t seed);

}  // namespace sluice::cluster
