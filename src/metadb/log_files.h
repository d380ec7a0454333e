#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "metadb/meta_db.h"
#include "metadb/names.h"

namespace sluice::metadb {

/// A log file a tenant's primary has opened: all an instance without a log needs to begin there.
struct LogFile {
  std::int64_t number = 0;  ///< mysql-bin.<number>
  std::string previous_gtids{};
  std::string source_place{};          ///< from where the source is read for this file's first transaction
  std::string layout{};                ///< what decides the file's bytes besides the source
  std::string instance{};              ///< which opened it
  std::int64_t epoch = 0;              ///< of that primary
  std::chrono::microseconds opened{};  ///< since 1970, by the MetaDB's clock; not used when it is recorded
};

/// Records a file, if `file.epoch` is still the tenant's: refused for a primary that has been replaced. A file that is
/// recorded already with the same previous GTIDs and layout is well; with others it is corrupt: two replicas differ.
[[nodiscard]] Result<void> record_log_file(MetaDb& database, const TenantName& tenant, const LogFile& file);

/// Newest first.
[[nodiscard]] Result<std::vector<LogFile>> list_log_files(MetaDb& database, const TenantName& tenant, Page page = {});

/// The oldest that is recorded; nothing if there is none.
[[nodiscard]] Result<std::optional<LogFile>> first_log_file(MetaDb& database, const TenantName& tenant);

/// Forgets the files below `number`. Returns how many.
[[nodiscard]] Result<std::uint64_t> forget_log_files(MetaDb& database, const TenantName& tenant, std::int64_t number);

}  // namespace sluice::metadb
