#pragma once

#include <cstdint>
#include <functional>

#include "base/error.h"
#include "metadb/meta_db.h"

namespace sluice::metadb {

/// What every server keeps a copy of, and reads again only when it has changed.
enum class Revision : std::uint8_t {
  accounts,
  parameters,
  instances,  ///< what is wanted of them: rows of instances and of tenants, who is primary
};

/// How often each was changed. Only whether two are equal means something. To be read (read_sight() in servers.h)
/// before what they stand for: a change in between is then seen at the next look.
struct Revisions {
  std::int64_t accounts = 0;
  std::int64_t parameters = 0;
  std::int64_t instances = 0;

  bool operator==(const Revisions&) const = default;
};

/// Tells all servers. All changes wait here for each other: to be called at the end of the transaction that changes.
[[nodiscard]] Result<void> raise_revision(MetaDb& database, Revision revision);

/// Runs `change` in a transaction, or in the one that runs already, and raises the revision if it says that it changed
/// anything. Returns what it said.
[[nodiscard]] Result<bool> change_and_raise(MetaDb& database, Revision revision,
                                            const std::function<Result<bool>()>& change);

}  // namespace sluice::metadb
