#pragma once

#include <string>
#include <vector>

#include "cluster/inventory.h"
#include "cluster/placement_filters.h"
#include "manage/cluster_parameter.h"
#include "metadb/instances.h"
#include "metadb/meta_db.h"
#include "metadb/servers.h"
#include "metadb/tenants.h"

namespace sluice::manage {

/// All servers and instances of a cluster, as the MetaDB has them at one moment: what decisions are made of.
struct ClusterView {
  std::vector<metadb::Server> servers;
  std::vector<metadb::Instance> instances;  ///< those that are not dropped
  std::vector<metadb::Tenant> tenants;
  std::vector<metadb::ServerReports> reports;  ///< what servers last said of their instances
  SetValues parameters;                        ///< of the cluster
};

/// A cluster has at most so many instances; the view holds all of them.
inline constexpr std::int64_t instances_max = 100'000;

[[nodiscard]] Result<ClusterView> read_cluster(metadb::MetaDb& database);

/// What is set for the whole cluster.
[[nodiscard]] Result<SetValues> read_cluster_parameters(metadb::MetaDb& database);

/// What holds for an instance of this tenant; an empty `instance` for the tenant itself.
[[nodiscard]] Result<EffectiveValues> effective_values(const SetValues& cluster, const metadb::Tenant& tenant,
                                                       const metadb::Instance* instance = nullptr);

/// As the decisions want it. Metrics that make no sense count as missing.
[[nodiscard]] cluster::Server to_server(const metadb::Server& server);
[[nodiscard]] cluster::Inventory to_inventory(const ClusterView& view);
[[nodiscard]] cluster::PlacementRules placement_rules(const EffectiveValues& values);

/// What an instance with these values is expected to need.
[[nodiscard]] cluster::Resources expected_needs(const EffectiveValues& values);

/// "ONLINE", "SUSPECT", "OFFLINE" or "PAUSED", as SHOW NODES has it.
[[nodiscard]] std::string shown_state(const metadb::Server& server);

}  // namespace sluice::manage
