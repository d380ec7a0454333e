#pragma once

#include <map>
#include <string>
#include <vector>

#include "metadb/instance_report.h"
#include "metadb/meta_db.h"
#include "server/instance_keeper.h"

namespace sluice::server {

/// Records in the MetaDB where the log files of tenants begin whose primary is here: from there another instance can
/// write the same files, byte for byte. Files that were purged are forgotten. One thread at a time; blocks on disk and
/// MetaDB, and asks the latter only when there is something new.
class FileRecords {
 public:
  /// What cannot be recorded now is tried again at the next call.
  void look(metadb::MetaDb& database, const std::vector<InstanceKeeper::Running>& running,
            const std::vector<metadb::InstanceReport>& reports);

 private:
  /// Of one instance, by number; 0: none.
  struct Recorded {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
  };
  [[nodiscard]] Result<void> record(metadb::MetaDb& database, const InstanceKeeper::Running& instance,
                                    std::uint64_t first, std::uint64_t last, Recorded& recorded);

  std::map<std::string, Recorded> recorded_;
};

/// "mysql-bin.000012" is 12; 0 for what is no log file's name.
[[nodiscard]] std::uint64_t file_number(const std::string& name);

}  // namespace sluice::server
