#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "metadb/meta_db.h"
#include "metadb/names.h"

namespace sluice::manage {

/// The way to an instance.
struct Route {
  std::string instance;
  std::string ip;
  std::uint16_t port = 0;
};

/// Where a tenant's primary receives clients, by the MetaDB. The cluster's name may be empty if one tenant only is
/// called so. Error 1236 says why there is none, in the vendor's words: "tenant has no binlog instances yet", "tenant
/// has no master service instance", "master instance of tenant is unavailable", each with what is known.
[[nodiscard]] Result<Route> find_primary(metadb::MetaDb& database, const metadb::TenantName& tenant);

}  // namespace sluice::manage
