#pragma once

#include <optional>
#include <string>

#include "cluster/moment.h"
#include "cluster/resources.h"

namespace sluice::cluster {

/// Where an instance has to be: what its statement demanded. Empty fields demand nothing.
struct Demands {
  std::string ip = {};
  std::string zone = {};
  std::string group = {};
  std::string region = {};
};

/// A replica of a tenant that lives on a server, or has been given a place on it and will. Dropped instances are none.
struct HostedInstance {
  std::string name;
  std::string tenant;  ///< "cluster.tenant"
  std::string server;  ///< Server::id
  bool primary = false;
  bool movable = true;  ///< runs, with the tenant's log and close behind its end: can be copied or change its role
  Demands demands;
  Resources needs;                ///< CPU and network as expected, memory and disk as promised to its tenant
  std::optional<Resources> used;  ///< as measured; without it, what it needs
  Moment placed_at;
};

}  // namespace sluice::cluster
