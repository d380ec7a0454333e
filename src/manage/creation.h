#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "cluster/placement.h"
#include "manage/cluster_view.h"
#include "manage/stored_options.h"
#include "sql/management_statement.h"

namespace sluice::manage {

/// What CREATE BINLOG and CREATE BINLOG INSTANCE share.

/// The parameters and demands a statement gives for a tenant or, with `for_instance`, for one instance. Error 1236 for
/// a key that is no parameter, one that cannot be set there, and a value out of its range.
[[nodiscard]] Result<StoredOptions> stored_options(const sql::CreationOptions& options, bool for_instance);

/// "mysql" or "mariadb"; and "host:port,host:port".
[[nodiscard]] std::string source_kind(const sql::SourceUrl& url);
[[nodiscard]] std::string source_addresses(const sql::SourceUrl& url);

/// As the configuration of an instance has it: "now", "time:1795341600", "gtid:<set>".
[[nodiscard]] std::string start_text(const std::optional<sql::StartPoint>& start);

/// Error 1236 for a start that a source of this kind cannot have: GTIDs that are none of its kind, a time more than a
/// minute after `now` (since 1970, by the MetaDB's clock).
[[nodiscard]] Result<void> check_start(const std::optional<sql::StartPoint>& start, const std::string& source_kind,
                                       std::chrono::microseconds now);

/// A letter, then nine letters or digits, by chance.
[[nodiscard]] std::string new_instance_name();

/// Servers for `count` more instances of a tenant, with the reasons.
[[nodiscard]] Result<std::vector<cluster::Placement>> choose_servers(const ClusterView& view,
                                                                     const cluster::Inventory& inventory,
                                                                     const std::string& tenant,
                                                                     const cluster::Demands& demands,
                                                                     const EffectiveValues& values, unsigned count);

}  // namespace sluice::manage
