#pragma once

#include <optional>

#include "base/error.h"
#include "sql/expression_parser.h"
#include "sql/statement.h"
#include "sql/token_cursor.h"

namespace sluice::sql {

/// Reads PREPARE, EXECUTE, DEALLOCATE PREPARE and DROP PREPARE from their first
/// word on (manual: "Prepared Statements"). Nothing, and the cursor where it
/// was, for anything else.
[[nodiscard]] Result<std::optional<Statement>> parse_prepare(TokenCursor& cursor, const ExpressionRules& rules);

}  // namespace sluice::sql
