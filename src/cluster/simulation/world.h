#pragma once

#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cluster/simulation/decisions.h"
#include "cluster/simulation/network.h"
#include "cluster/simulation/random.h"
#include "cluster/simulation/timeline.h"

namespace sluice::cluster::simulation {

class MetaDb;
class Instance;
class Sluiced;
class Watch;

/// A tenant's database. Its transactions are numbered; it has one more every `pause`.
struct Source {
  static constexpr Time pause{250};
  unsigned times_away = 0;  ///< it is away while this is above 0

  [[nodiscard]] static std::uint64_t head(Time now) { return 1000 + static_cast<std::uint64_t>(now / pause); }
};

/// What all parts of one simulated cluster share. Hosts are numbered from 0 and are the network's nodes; the MetaDB is
/// the node behind the last. Instances and tenants have numbers too; instances never go away, dropped ones are empty.
struct World {
  World(std::uint64_t seed, std::size_t hosts, Decisions made_so, bool tells);
  ~World();

  [[nodiscard]] std::size_t hosts() const { return servers.size(); }
  [[nodiscard]] Network::Node metadb_node() const { return servers_planned; }

  /// A line of the story, which is only kept if somebody will read it.
  template <typename... Arguments>
  void tell(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    if (tells_story) add_line(fmt::format(format, std::forward<Arguments>(arguments)...));
  }
  /// Something happened that never may: the first time ends the simulation.
  void violate(std::string what);
  /// A new instance, with an empty log, of which no process runs. Returns its number.
  std::size_t add_instance(std::size_t tenant, std::size_t host);
  [[nodiscard]] std::size_t number_of(const std::string& instance) const;

  std::size_t servers_planned;
  bool tells_story;
  Timeline timeline;
  Random random;
  Network network;
  Decisions decisions;
  std::unique_ptr<MetaDb> metadb;
  std::unique_ptr<Watch> watch;
  std::vector<Source> sources;  ///< one a tenant
  std::vector<std::unique_ptr<Instance>> instances;
  std::vector<std::unique_ptr<Sluiced>> servers;
  std::vector<std::string> story;
  std::string violation;  ///< empty: none

 private:
  void add_line(std::string text);
};

}  // namespace sluice::cluster::simulation
