#pragma once

#include <chrono>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "database/database.h"

namespace sluice::database {

/// One step of the schema's history. A step may be stopped anywhere and is then done again from its beginning by
/// another server, because MySQL commits with every statement that makes a table: so each statement has to be
/// repeatable ("CREATE TABLE IF NOT EXISTS", not "CREATE INDEX").
using Migration = std::vector<std::string_view>;

/// How long servers wait for each other when they start at once.
struct MigrationLimits {
  /// One that said it migrates and was not heard of for so long, by the database's clock, is taken for dead.
  std::chrono::seconds claim{60};
  std::chrono::seconds all{180};
};

/// Brings the schema to the last of `steps`, oldest first; its version is how many of them are done, and those that
/// have been released never change. Any number of servers may do so at once: a conditional update of one row decides
/// who does the next step, the others wait. Refuses a schema of a newer version, untouched.
[[nodiscard]] Result<void> migrate(Database& database, std::span<const Migration> steps, MigrationLimits limits = {});

/// The schema's version; 0 for an empty database whose migrate() has begun.
[[nodiscard]] Result<std::int64_t> schema_version(Database& database);

}  // namespace sluice::database
