#pragma once

#include <string>
#include <vector>

#include "metadb/instance_report.h"
#include "metadb/meta_db.h"
#include "server/instance_keeper.h"
#include "server/primary_watch.h"

namespace sluice::server {

/// Ends what the instances here stand in for: when the lost one is back and within reach of the end, the one whose log
/// begins later is dropped, and the other one is primary. Looks every few seconds. One thread at a time; blocks.
class StandIns {
 public:
  void look(metadb::MetaDb& database, const std::vector<InstanceKeeper::Running>& running,
            const std::vector<metadb::InstanceReport>& own_reports, const Silences& silences,
            const std::string& server_id);

 private:
  std::chrono::steady_clock::time_point looked_{};
};

}  // namespace sluice::server
