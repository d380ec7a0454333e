#pragma once

#include <chrono>

#include "base/error.h"
#include "metadb/meta_db.h"
#include "sql/management_statement.h"

namespace sluice::manage {

/// How long a DROP waits: what it says, or the cluster's default_defer_drop_sec.
[[nodiscard]] Result<std::chrono::seconds> drop_delay(const sql::DropDelay& delay, metadb::MetaDb& database);

}  // namespace sluice::manage
