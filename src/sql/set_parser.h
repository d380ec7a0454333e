#pragma once

#include "base/error.h"
#include "sql/expression_parser.h"
#include "sql/statement.h"
#include "sql/token_cursor.h"

namespace sluice::sql {

/// A SET statement, from behind the word SET to the end: variables in any number, NAMES, CHARACTER SET and TRANSACTION
/// (manual: "SET Statements"). GLOBAL and SESSION hold for the assignments behind them too, as in MySQL.
[[nodiscard]] Result<Set> parse_set(TokenCursor& cursor, const ExpressionRules& rules);

}  // namespace sluice::sql
