#include "cluster/simulation/world.h"

#include <charconv>

#include "base/assert.h"
#include "cluster/simulation/instance.h"
#include "cluster/simulation/meta_db.h"
#include "cluster/simulation/sluiced.h"
#include "cluster/simulation/watch.h"

namespace sluice::cluster::simulation {

World::World(std::uint64_t seed, std::size_t hosts, Decisions made_so, bool tells)
    : servers_planned(hosts),
      tells_story(tells),
      random(seed),
      network(timeline, random, hosts + 1),
      decisions(made_so),
      metadb(std::make_unique<MetaDb>(*this, hosts)),
      watch(std::make_unique<Watch>(*this)) {
  for (std::size_t host = 0; host < hosts; ++host)
    servers.push_back(std::make_unique<Sluiced>(*this, host));
}

World::~World() = default;

void World::violate(std::string what) {
  if (!violation.empty()) return;
  violation = fmt::format("{:.3f} s: {}", static_cast<double>(timeline.now().count()) / 1000, what);
  tell("VIOLATION: {}", what);
  timeline.stop();
}

std::size_t World::add_instance(std::size_t tenant, std::size_t host) {
  instances.push_back(std::make_unique<Instance>(*this, instances.size(), tenant, host));
  return instances.size() - 1;
}

std::size_t World::number_of(const std::string& instance) const {
  std::size_t number = instances.size();
  std::from_chars(instance.data() + 1, instance.data() + instance.size(), number);
  SLUICE_ASSERT(number < instances.size());
  return number;
}

void World::add_line(std::string text) {
  story.push_back(fmt::format("{:9.3f}  {}", static_cast<double>(timeline.now().count()) / 1000, text));
}

}  // namespace sluice::cluster::simulation
