#pragma once

#include <optional>

#include "cluster/moment.h"
#include "cluster/promotion.h"
#include "metadb/history.h"
#include "metadb/instance_report.h"
#include "metadb/instances.h"
#include "metadb/meta_db.h"

namespace sluice::server {

// What those share that let one replica of a tenant take another's place. All block.

/// What is known of a replica for decisions. `report`: what its server last said of it, or nothing; `silence`: how long
/// that server has been silent; nothing: it is not there.
[[nodiscard]] cluster::ReplicaStatus status_of(const metadb::Instance& instance, const metadb::InstanceReport* report,
                                               std::optional<cluster::Milliseconds> silence);

/// The end of an instance's log, as its server reports it.
[[nodiscard]] cluster::LogPlace end_of(const metadb::InstanceReport& report);

/// What the server of an instance last said of it; not_found if it said nothing.
[[nodiscard]] Result<metadb::InstanceReport> report_of(metadb::MetaDb& database, const metadb::Instance& instance);

/// Makes it the primary of its tenant, whoever that is now. False if somebody else changed that at the same time.
[[nodiscard]] Result<bool> make_primary(metadb::MetaDb& database, const metadb::TenantName& tenant,
                                        const std::string& instance, const metadb::Decision& decision);

/// Has it dropped after the cluster's usual delay, unless it is primary by now: false.
[[nodiscard]] Result<bool> drop_later(metadb::MetaDb& database, const std::string& instance,
                                      const metadb::Decision& decision);

/// The instance replaces nobody any more, and stands in for `lost`; empty: for nobody either.
[[nodiscard]] Result<void> stand_in_for(metadb::MetaDb& database, const std::string& instance, const std::string& lost);

}  // namespace sluice::server
