#pragma once

#include <optional>

#include "base/error.h"
#include "sql/management_statement.h"
#include "sql/token_cursor.h"

namespace sluice::sql {

/// {CREATE | ALTER | DROP | START | STOP | REBALANCE} BINLOG ... and SWITCH MASTER INSTANCE. Nothing, and the cursor
/// where it was, if the statement is another.
[[nodiscard]] Result<std::optional<ManagementStatement>> parse_binlog_statement(TokenCursor& cursor);

/// SHOW NODES, SHOW BINLOG {SERVER | STATUS | HISTORY}, SHOW [HISTORY] BINLOG {INSTANCE | INSTANCES}; from behind SHOW.
/// The same.
[[nodiscard]] Result<std::optional<ManagementStatement>> parse_binlog_show(TokenCursor& cursor);

}  // namespace sluice::sql
