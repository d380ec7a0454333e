#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "metadb/history.h"
#include "metadb/meta_db.h"
#include "metadb/names.h"

namespace sluice::metadb {

/// What CREATE BINLOG says of a tenant.
struct TenantSettings {
  std::string source_kind{};       ///< "mysql", "mariadb", "oceanbase"
  std::string source_addresses{};  ///< the cluster URL
  std::string account{};
  std::string sealed_password{};  ///< as base/cipher.h's seal() gives it, for the purpose password_purpose() names
  std::string server_uuid{};      ///< of the tenant's GTIDs
  std::int64_t server_id = 0;
  std::string start_point{};   ///< "now", a time, or a GTID set, as the statement's reader writes it
  std::string options = "{}";  ///< JSON
  std::int64_t replicas = 1;   ///< wanted

  bool operator==(const TenantSettings&) const = default;
};

struct Tenant {
  TenantName name{};
  TenantSettings settings{};
  std::int64_t epoch = 0;               ///< one more with each primary
  std::string primary_instance{};       ///< empty: there is none
  std::chrono::microseconds created{};  ///< since 1970
  std::chrono::microseconds changed{};
};

/// An instance to be placed. Its ip is the server's address, its port comes when it starts.
struct NewInstance {
  std::string name{};
  std::string server{};  ///< a registered server's id
  std::string work_path{};
  std::string options = "{}";  ///< JSON
};

// Each change raises Revision::instances with it, and drop_tenant() Revision::parameters too.

/// What seals a tenant's password: the text opens for this tenant alone.
[[nodiscard]] std::string password_purpose(const TenantName& name);

/// The tenant, its instances and the decision, or nothing. Refused with is_duplicate() if the tenant, or an instance of
/// one of the names (dropped ones included), is there; not_found if a server is not registered.
[[nodiscard]] Result<void> create_tenant(MetaDb& database, const TenantName& name, const TenantSettings& settings,
                                         std::span<const NewInstance> instances, const Decision& decision);

/// not_found if there is none.
[[nodiscard]] Result<Tenant> read_tenant(MetaDb& database, const TenantName& name);
/// By name.
[[nodiscard]] Result<std::vector<Tenant>> list_tenants(MetaDb& database, Page page = {});
/// Those that have an instance, which is not dropped, on the server; by name. One statement.
[[nodiscard]] Result<std::vector<Tenant>> list_tenants_on(MetaDb& database, const std::string& server);

/// Lets `change` work on the settings as they are, while nobody else changes them, and stores what it leaves. It may be
/// called more than once. An error of it leaves everything as it was.
[[nodiscard]] Result<void> alter_tenant(MetaDb& database, const TenantName& name,
                                        const std::function<Result<void>(TenantSettings&)>& change,
                                        const Decision& decision);

/// Forgets the tenant, its log files and parameters, and marks its instances for being dropped once `defer` has passed:
/// they are not served any more from now on. The name may be used again at once. not_found if there is none.
[[nodiscard]] Result<void> drop_tenant(MetaDb& database, const TenantName& name, std::chrono::seconds defer,
                                       const Decision& decision);

/// A server that was judged by its last beat, which is at this time by the MetaDB's clock.
struct SilentServer {
  std::string id{};  ///< empty: nobody was
  std::chrono::microseconds heartbeat{};
};

/// Makes a living instance of the tenant its primary, at the epoch after `expected_epoch`. True if this call did it:
/// false if the epoch is another by now, the instance is not one of the tenant's that run, or `silent` has beaten
/// since. An empty name: the tenant has no primary any more.
[[nodiscard]] Result<bool> set_primary(MetaDb& database, const TenantName& name, std::int64_t expected_epoch,
                                       const std::string& instance, const Decision& decision,
                                       const SilentServer& silent = {});

/// Places a new instance of the tenant and makes it the primary, at the epoch after `expected_epoch`, in one step: for
/// a tenant nobody else of whom can be reached. True if this call did it; false as above. not_found if the server is
/// not registered.
[[nodiscard]] Result<bool> create_primary(MetaDb& database, const TenantName& name, std::int64_t expected_epoch,
                                          const NewInstance& instance, const Decision& decision,
                                          const SilentServer& silent = {});

}  // namespace sluice::metadb
