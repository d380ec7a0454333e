#pragma once

#include <cstdint>
#include <vector>

#include "cluster/simulation/timeline.h"

namespace sluice::cluster::simulation {

struct World;

enum class Fault : std::uint8_t {
  instance_killed,
  instance_stopped,  ///< SIGSTOP, and SIGCONT later
  sluiced_killed,
  sluiced_stopped,
  host_lost,
  metadb_away,
  metadb_clock_jumps,
  host_clock_jumps,
  way_cut,     ///< one direction between two hosts
  hosts_cut,   ///< both directions
  metadb_cut,  ///< one direction between a host and the MetaDB
  host_isolated,
  bad_weather,  ///< messages lost, late and doubled
  disk_full,    ///< of an instance
  source_away,
  slow_instance,
};

[[nodiscard]] const std::vector<Fault>& all_faults();

/// The fault happens now to somebody, and is over after a while, at most `longest`.
void strike(World& world, Fault fault, Time longest);

}  // namespace sluice::cluster::simulation
