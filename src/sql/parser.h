#pragma once

#include <string_view>

#include "base/error.h"
#include "sql/dialect.h"
#include "sql/statement.h"
#include "sql/tokenizer.h"

namespace sluice::sql {

struct ParseRules {
  Dialect dialect{};
  std::string_view database{};       ///< the session's; empty for none
  bool parameters = false;           ///< the statement is being prepared: "?" stands for values to come
  std::size_t size_max = 1U << 20U;  ///< bytes of a statement; longer ones are refused unread
};

/// Reads one statement, with or without ";" behind it. Never crashes and never recurses without bound, whatever the
/// bytes.
///
/// Errors carry MySQL's number in Error::code: 1064 what is not SQL (or more than one statement), 1065 nothing but
/// comments, 1153 too long, 1235 SQL that a Binlog instance does not do, and those of tables and names (1046, 1109,
/// 1300).
[[nodiscard]] Result<Statement> parse_statement(std::string_view text, const ParseRules& rules);

/// Its two halves, for those who read more than that: `text`, which must outlive the tokens, cut into tokens of which
/// some are left when comments and ";" are not counted; and the statement that they are.
[[nodiscard]] Result<TokenizedStatement> tokenize_statement(std::string_view text, const ParseRules& rules);
[[nodiscard]] Result<Statement> parse_tokens(const TokenizedStatement& tokens, const ParseRules& rules);

}  // namespace sluice::sql
