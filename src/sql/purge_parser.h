#pragma once

#include "base/error.h"
#include "sql/expression_parser.h"
#include "sql/statement.h"
#include "sql/token_cursor.h"

namespace sluice::sql {

/// What stands behind PURGE: {BINARY | MASTER} LOGS {TO 'file' | BEFORE time}. A time is an expression, or NOW(), a
/// text and the like with "- INTERVAL n unit" behind it or in DATE_SUB.
[[nodiscard]] Result<PurgeLogs> parse_purge(TokenCursor& cursor, const ExpressionRules& rules);

}  // namespace sluice::sql
