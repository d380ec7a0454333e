#pragma once

#include "database/database.h"
#include "database/dialect.h"
#include "database/failure.h"
#include "database/migrations.h"
#include "database/options.h"
#include "database/pool.h"
#include "database/value.h"

namespace sluice::metadb {

/// The MetaDB is a database (src/database) with the tables of this folder.
using MetaDb = database::Database;
using MetaDbPool = database::Pool;

using database::Dialect;
using database::is_away;
using database::is_duplicate;
using database::Migration;
using database::MySqlAddress;
using database::Options;
using database::Parameters;
using database::PoolLimits;
using database::Row;
using database::Rows;
using database::SqliteFile;
using database::Value;

/// The steps of the MetaDB's schema, for database::migrate().
[[nodiscard]] std::span<const Migration> migrations();

/// Brings the MetaDB's schema to what this program knows (database/migrations.h).
[[nodiscard]] Result<void> migrate(MetaDb& database);

}  // namespace sluice::metadb
