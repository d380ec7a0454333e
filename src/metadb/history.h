#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "metadb/meta_db.h"
#include "metadb/names.h"

namespace sluice::metadb {

/// A decision: what was done, by whom, and why. Goes into the history with what it changes, in one transaction.
struct Decision {
  std::string what{};    ///< a word or two: "create tenant", "switch primary"
  std::string who{};     ///< an account, or the server that decided
  std::string reason{};  ///< for people; no secret
};

struct HistoryEntry {
  Decision decision{};
  TenantName tenant{};  ///< empty where none is concerned, as the next two
  std::string instance{};
  std::string server{};
  std::chrono::microseconds time{};  ///< since 1970, by the MetaDB's clock; not used when it is appended
};

/// Of which tenant or instance; empty: of all.
struct HistoryFilter {
  TenantName tenant{};
  std::string instance{};
};

[[nodiscard]] Result<void> append_history(MetaDb& database, const HistoryEntry& entry);
/// Newest first.
[[nodiscard]] Result<std::vector<HistoryEntry>> list_history(MetaDb& database, const HistoryFilter& filter, Page page);
/// Forgets what is older than `age`. Returns how many.
[[nodiscard]] Result<std::uint64_t> trim_history(MetaDb& database, std::chrono::microseconds age);

}  // namespace sluice::metadb
