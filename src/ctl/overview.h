#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "mysql/client.h"
#include "sql/management_statement.h"

namespace sluice::ctl {

/// What SHOW BINLOG SERVER said of a tenant.
struct Primary {
  std::string ip{};
  std::string port{};
  std::string trouble{};  ///< why there is none to be had; empty: there is
};

struct TenantOrder {
  bool operator()(const sql::TenantName& left, const sql::TenantName& right) const {
    return std::tie(left.cluster, left.tenant) < std::tie(right.cluster, right.tenant);
  }
};
using Primaries = std::map<sql::TenantName, Primary, TenantOrder>;

/// A whole cluster at a glance.
struct Overview {
  mysql::QueryResult nodes;           ///< id, ip, port, zone, region, group, state
  mysql::QueryResult tenants;         ///< cluster, tenant, primary, address, instances, running, trouble
  mysql::QueryResult not_running;     ///< name, cluster, tenant, ip, port, state
  std::vector<std::string> troubles;  ///< a sentence each; none if all is well
};

/// The tenants that have instances in the answer to SHOW BINLOG INSTANCES, those that are being dropped not counted.
/// Each once, in order. An answer without a column that is needed is ErrorKind::invalid and names it, as below.
[[nodiscard]] Result<std::vector<sql::TenantName>> tenants_of(const mysql::QueryResult& instances);

/// Puts the answers to SHOW NODES, SHOW BINLOG INSTANCES and SHOW BINLOG SERVER together.
///
/// Trouble is a server that is neither ONLINE nor PAUSED, an instance that is not running though nobody stopped or
/// dropped it, and a tenant without a primary, unless all its instances were stopped.
[[nodiscard]] Result<Overview> make_overview(const mysql::QueryResult& nodes, const mysql::QueryResult& instances,
                                             const Primaries& primaries);

}  // namespace sluice::ctl
