#pragma once

#include <vector>

#include "manage/instance_client.h"
#include "manage/routes.h"
#include "metadb/meta_db.h"

namespace sluice::server {

/// Of the instances that clients are relayed to, those that are no primary any more and do not answer: their clients
/// wait for nothing. One that answers is left alone, whoever is primary: a switch that a person asked for disturbs
/// nobody. One statement, whatever the count. Blocks.
[[nodiscard]] Result<std::vector<manage::Route>> find_lost_relays(metadb::MetaDb& database,
                                                                  const std::vector<manage::Route>& relayed,
                                                                  const manage::InstanceClient& instances);

}  // namespace sluice::server
