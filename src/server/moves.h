#pragma once

#include <string>
#include <vector>

#include "metadb/instance_report.h"
#include "metadb/meta_db.h"
#include "server/instance_keeper.h"

namespace sluice::server {

/// Ends the moves to this server (REBALANCE BINLOG): an instance here that replaces another and has all of its log
/// takes its place as primary, if it was that, and the other one is dropped. Those that lag are looked at again at the
/// next call. One thread; blocks.
void finish_moves(metadb::MetaDb& database, const std::vector<InstanceKeeper::Running>& running,
                  const std::vector<metadb::InstanceReport>& own_reports, const std::string& server_id);

}  // namespace sluice::server
