#pragma once

#include <string>
#include <vector>

#include "cluster/placement_filters.h"

namespace sluice::cluster {

/// When a cluster is evened out, and how far. Loads are shares of 1: the mean by weight of what is taken of a server's
/// CPU, memory, disk and network.
struct RebalanceRules {
  PlacementRules placement;
  double difference_tolerated = 0.15;  ///< between the fullest and the emptiest server: then nothing moves
  double difference_wanted = 0.05;  ///< nothing moves between two servers that differ by less; below the tolerated one
  double gain_min = 0.0005;         ///< by which a move has to lower the fuller server's load
  std::size_t moves_max = 1000;     ///< of one plan; the next REBALANCE goes on
};

struct RebalanceMove {
  enum class Kind : std::uint8_t {
    primary,  ///< the follower on `to` becomes primary, the primary on `from` its follower; no data moves
    data,     ///< the instance's log is copied to `to`; then the replica there takes its place
  };

  Kind kind = Kind::data;
  std::string tenant;
  std::string instance;  ///< the one on `from`
  std::string from;      ///< Server::id
  std::string to;
  std::uint64_t bytes = 0;  ///< of disk that the log takes there; 0 for a primary
  std::string reason;
};

/// What REBALANCE BINLOG does and its DRY RUN shows: moves in the order in which they are made, all of primaries first.
struct RebalancePlan {
  std::vector<RebalanceMove> moves;
  double difference_before = 0;  ///< between the fullest and the emptiest server
  double difference_after = 0;
  std::uint64_t bytes = 0;
  std::string reason;  ///< why these, or why none
};

/// Plans moves from fuller servers to emptier ones. Only servers that are ONLINE, beat and have told metrics take part,
/// and only instances that are movable. A move keeps the demands of the instance's statement and the limits of
/// resources, never brings two replicas of a tenant to one host, and spreads the tenant no worse over regions and IDCs.
/// Among possible moves the one is made that evens out most per byte; moving the data of a primary counts double, since
/// its subscribers notice. Every move leaves both servers less full than the fuller one was, so planning ends, and a
/// cluster that carried a whole plan out is told to move nothing.
[[nodiscard]] RebalancePlan plan_rebalance(Inventory inventory, const RebalanceRules& rules = {});

}  // namespace sluice::cluster
