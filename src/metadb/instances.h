#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "metadb/history.h"
#include "metadb/meta_db.h"
#include "metadb/names.h"
#include "metadb/states.h"
#include "metadb/tenants.h"

namespace sluice::metadb {

/// Who is primary of a tenant, and where; as one statement reads it with an instance of that tenant.
struct Leader {
  std::int64_t epoch = 0;  ///< of the tenant; 0: it never had a primary
  std::string name{};      ///< empty: none
  std::string server{};    ///< its id; empty, as what follows, if the instance is not there any more
  std::string ip{};
  std::uint16_t port = 0;
  InstanceState state = InstanceState::drop;
  Wanted wanted = Wanted::dropped;

  bool operator==(const Leader&) const = default;
};

struct Instance {
  std::string name{};
  TenantName tenant{};
  std::string server{};
  std::string ip{};
  std::uint16_t port = 0;  ///< 0: it has not started yet
  InstanceState state = InstanceState::init;
  Wanted wanted = Wanted::running;
  /// If it is to be dropped: how long that still has to wait, by the MetaDB's clock; not above 0: now.
  std::chrono::microseconds drop_in{};
  std::int64_t pid = 0;
  std::string work_path{};
  std::string options = "{}";  ///< JSON
  bool is_primary = false;     ///< as the tenant's row says
  std::int64_t restarts = 0;
  std::chrono::microseconds failed_at{};  ///< since 1970; 0: never
  std::string failure{};                  ///< the reason of the last failure
  std::chrono::microseconds created{};
  std::chrono::microseconds dropped{};  ///< 0: it is not
  Leader leader{};
};

// Each change but those an instance's own server notes raises Revision::instances with it.

/// The part of create_tenant() that places one instance; for a transaction of the caller.
[[nodiscard]] Result<void> insert_instance(MetaDb& database, const TenantName& tenant, const NewInstance& instance);

/// Adds an instance to a tenant that is there. Errors as those of create_tenant().
[[nodiscard]] Result<void> create_instance(MetaDb& database, const TenantName& tenant, const NewInstance& instance,
                                           const Decision& decision);

/// The servers with something in common.
struct ServerLabel {
  enum class Kind : std::uint8_t { address, zone, region, group };
  Kind kind = Kind::address;
  std::string value{};
};

/// Which instances: those that meet all of it. What is empty does not choose.
struct InstanceFilter {
  TenantName tenant{};
  std::string server{};                ///< its id
  std::optional<ServerLabel> label{};  ///< of servers; one that was removed has its address alone
  std::vector<std::string> names{};    ///< at most 1,000
  bool history = false;                ///< dropped ones too
};
/// By name. One statement.
[[nodiscard]] Result<std::vector<Instance>> list_instances(MetaDb& database, const InstanceFilter& filter,
                                                           Page page = {});
/// not_found if there is none that is not dropped.
[[nodiscard]] Result<Instance> read_instance(MetaDb& database, const std::string& name);

/// What changes with an instance's state; what is not given stays.
struct InstanceChange {
  InstanceState to = InstanceState::init;
  std::optional<std::int64_t> pid{};
  std::optional<std::uint16_t> port{};
  std::optional<std::string> work_path{};
  std::optional<std::string> failure{};  ///< a failure, now, for this reason
  bool restarted = false;                ///< counts one restart more
  /// The instance's own server notes what it did, and no other has to look: the revision stays, unless its port is
  /// noted, which followers elsewhere have to know.
  bool by_its_server = false;
};
/// Changes the state if it is one of `from` (1 to 8). True if this call did it. `drop` also notes when, and forgets the
/// instance's parameters.
[[nodiscard]] Result<bool> change_instance_state(MetaDb& database, const std::string& name,
                                                 std::span<const InstanceState> from, const InstanceChange& change);

/// Says what is wanted of an instance, with the decision. Dropped: it leaves the service at once (LogicalDrop), and its
/// server drops it once `defer` has passed; that is not taken back. False if there is no such instance, or it is
/// already to be dropped.
[[nodiscard]] Result<bool> want_instance(MetaDb& database, const std::string& name, Wanted wanted,
                                         std::chrono::seconds defer, const Decision& decision);

/// Drops an instance as want_instance() does, unless it is its tenant's primary by now: false then, and nothing has
/// changed. For servers that drop one nobody needs; a person may drop a primary.
[[nodiscard]] Result<bool> drop_follower(MetaDb& database, const std::string& name, std::chrono::seconds defer,
                                         const Decision& decision);

/// Brings the end of one that is to be dropped (LogicalDrop) forward to `defer` from now, with the decision. False if
/// there is none, or its end comes before that.
[[nodiscard]] Result<bool> hasten_drop(MetaDb& database, const std::string& name, std::chrono::seconds defer,
                                       const Decision& decision);

/// Replaces the options (JSON) if they are still `from`. True if this call did it.
[[nodiscard]] Result<bool> set_instance_options(MetaDb& database, const std::string& name, const std::string& from,
                                                const std::string& to);

}  // namespace sluice::metadb
