#pragma once

#include <string>
#include <vector>

#include "manage/instance_client.h"
#include "metadb/meta_db.h"
#include "metadb/names.h"
#include "metrics/server_totals.h"

namespace sluice::server {

/// Sees to it that each of these tenants, which have a running instance here, has a primary: where none is recorded, or
/// the recorded one is gone or has failed for good, the replica that cluster/failover.h chooses becomes it, by a
/// conditional update that one server wins. Blocks. False if something could not be done or found out now, and is to be
/// tried again soon.
[[nodiscard]] bool look_after_primaries(metadb::MetaDb& database, const std::vector<metadb::TenantName>& tenants,
                                        const std::string& server_id, const manage::InstanceClient& instances,
                                        metrics::ServerTotals& totals);

}  // namespace sluice::server
