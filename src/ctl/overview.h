#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "base/error.h"
#include "mysql/client.h"
#include "sql/management_statement.h"

namespace sluice::ctl {

/// Where a tenant is served.
struct Primary {
  std::string ip{};
  std::string port{};
  std::string trouble{};  ///< why there is none to be had; empty: there is
  std::string idle{};     ///< why it captures nothing, though it runs; empty: it does, or that was not asked
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

/// The tenants in the answer to SHOW BINLOG INSTANCES, those that are being dropped not counted, with the primaries
/// that it names and that run. The others have a `trouble`: SHOW BINLOG SERVER is to be asked for them. An answer
/// without a column that is needed is ErrorKind::invalid and names it, as below.
[[nodiscard]] Result<Primaries> primaries_in(const mysql::QueryResult& instances);

/// Puts the answers to SHOW NODES, SHOW BINLOG INSTANCES and SHOW BINLOG SERVER together.
///
/// Trouble is a server that is neither ONLINE nor PAUSED, an instance that is not running though nobody stopped or
/// dropped it, one that runs and captures nothing, and a tenant without a primary, unless all its instances were
/// stopped.
[[nodiscard]] Result<Overview> make_overview(const mysql::QueryResult& nodes, const mysql::QueryResult& instances,
                                             const Primaries& primaries);

}  // namespace sluice::ctl
