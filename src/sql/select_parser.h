#pragma once

#include "base/error.h"
#include "sql/expression_parser.h"
#include "sql/statement.h"
#include "sql/token_cursor.h"

namespace sluice::sql {

/// A SELECT without a table, from behind the word SELECT to the end of the statement: a list, FROM DUAL, LIMIT.
/// SELECT from a table is TenantQueryParser's.
[[nodiscard]] Result<Select> parse_select(TokenCursor& cursor, const ExpressionRules& rules);

/// A whole number, as LIMIT takes; 0 for a parameter that stands for one.
[[nodiscard]] Result<std::uint64_t> parse_row_count(TokenCursor& cursor, const ExpressionRules& rules);

/// LIMIT n, LIMIT offset, n or LIMIT n OFFSET offset; nothing if the cursor is not at LIMIT.
[[nodiscard]] Result<std::optional<Limit>> parse_limit(TokenCursor& cursor, const ExpressionRules& rules);

}  // namespace sluice::sql
