#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "metadb/meta_db.h"
#include "metadb/names.h"
#include "metadb/servers.h"

namespace sluice::manage {

/// The way to an instance.
struct Route {
  std::string instance;
  std::string ip;
  std::uint16_t port = 0;
  std::string tenant{};          ///< "cluster.tenant"
  std::string server_trouble{};  ///< "its server 10.0.0.1:2983 is OFFLINE": it may not be there. Empty: it should be
};

/// Why what runs on this server may be gone, as Route has it. A SUSPECT server is believed to be there.
[[nodiscard]] std::string server_trouble(const metadb::Server& server);

/// Where a tenant's primary receives clients, by the MetaDB. The cluster's name may be empty if one tenant only is
/// called so. Error 1236 says why there is none, in the vendor's words: "tenant has no binlog instances yet", "tenant
/// has no master service instance", "master instance of tenant is unavailable", each with what is known; 1053 instead
/// if that passes by itself (statements say 1236 for both). One whose server is OFFLINE may live on, and is found with
/// that trouble: who cannot reach it tells unreachable().
[[nodiscard]] Result<Route> find_primary(metadb::MetaDb& database, const metadb::TenantName& tenant);

/// "master instance of tenant is unavailable", error 1053: the primary did not answer (`why`). The kind stays.
[[nodiscard]] Error unreachable(const Route& primary, const Error& why);

}  // namespace sluice::manage
