#pragma once

#include "base/error.h"
#include "sql/parser.h"
#include "sql/statement.h"
#include "sql/token_cursor.h"

namespace sluice::sql {

/// A SHOW statement, from behind the word SHOW to the end of the statement.
[[nodiscard]] Result<Statement> parse_show(TokenCursor& cursor, const ParseRules& rules);

}  // namespace sluice::sql
