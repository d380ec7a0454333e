#pragma once

#include "base/error.h"
#include "sql/dialect.h"
#include "sql/expression.h"
#include "sql/token_cursor.h"

namespace sluice::sql {

/// How deep parentheses and calls may be nested, and how long a list may be.
inline constexpr int nesting_max = 100;
inline constexpr std::size_t list_length_max = 4096;

struct ExpressionRules {
  Dialect dialect{};
  bool parameters = false;  ///< "?" may stand for a value
};

/// Reads one expression and leaves the cursor behind it (manual: "Expression Syntax"): literals, variables, calls,
/// + - * / DIV % MOD, comparisons, [NOT] LIKE, IN, BETWEEN, IS, NOT, AND, OR, XOR. Recursion ends at nesting_max.
[[nodiscard]] Result<Expression> parse_expression(TokenCursor& cursor, const ExpressionRules& rules);

/// A system variable behind "@@": [GLOBAL. | SESSION. | LOCAL.]name
[[nodiscard]] Result<SystemVariable> parse_system_variable(TokenCursor& cursor);

}  // namespace sluice::sql
