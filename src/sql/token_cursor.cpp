#include "sql/token_cursor.h"

#include <algorithm>
#include <array>

#include "sql/ascii.h"
#include "sql/syntax_error.h"

namespace sluice::sql {
namespace {

constexpr std::array<std::string_view, 67> reserved_words = {
    "ALTER",   "ANALYZE", "AND",      "AS",      "ASC",    "BETWEEN", "BY",       "CALL",     "CASE",   "CHANGE",
    "COLLATE", "CREATE",  "CROSS",    "DEFAULT", "DELETE", "DESC",    "DESCRIBE", "DISTINCT", "DIV",    "DROP",
    "ELSE",    "EXISTS",  "EXPLAIN",  "FALSE",   "FOR",    "FROM",    "GRANT",    "GROUP",    "HAVING", "IN",
    "INNER",   "INSERT",  "INTERVAL", "INTO",    "IS",     "JOIN",    "KEYS",     "LEFT",     "LIKE",   "LIMIT",
    "LOAD",    "LOCK",    "MOD",      "NATURAL", "NOT",    "NULL",    "ON",       "OR",       "ORDER",  "PROCEDURE",
    "REGEXP",  "REPLACE", "REVOKE",   "RIGHT",   "RLIKE",  "SELECT",  "SET",      "SHOW",     "TABLE",  "THEN",
    "TO",      "TRUE",    "UNION",    "UPDATE",  "USING",  "WHERE",   "XOR"};
static_assert(std::ranges::is_sorted(reserved_words));

}  // namespace

bool is_reserved(std::string_view word) {
  return std::ranges::binary_search(reserved_words, std::string_view(to_upper(word)));
}

const Token& TokenCursor::peek(std::size_t ahead) const {
  return statement_.tokens[std::min(index_ + ahead, statement_.tokens.size() - 1)];
}

bool TokenCursor::at_word(std::string_view keyword, std::size_t ahead) const {
  const Token& token = peek(ahead);
  return token.kind == TokenKind::word && equals_ignoring_case(token.text, keyword);
}

bool TokenCursor::at_one_of(std::initializer_list<std::string_view> keywords, std::size_t ahead) const {
  return std::ranges::any_of(keywords, [&](std::string_view keyword) { return at_word(keyword, ahead); });
}

bool TokenCursor::at_symbol(std::string_view symbol, std::size_t ahead) const {
  const Token& token = peek(ahead);
  return token.kind == TokenKind::symbol && token.text == symbol;
}

const Token& TokenCursor::next() {
  const Token& token = peek();
  if (token.kind != TokenKind::end) ++index_;
  return token;
}

bool TokenCursor::accept_word(std::string_view keyword) {
  return accept_words({keyword});
}

bool TokenCursor::accept_words(std::initializer_list<std::string_view> keywords) {
  std::size_t ahead = 0;
  for (const std::string_view keyword : keywords) {
    if (!at_word(keyword, ahead)) return false;
    ++ahead;
  }
  index_ += ahead;
  return true;
}

bool TokenCursor::accept_symbol(std::string_view symbol) {
  if (!at_symbol(symbol)) return false;
  ++index_;
  return true;
}

Result<void> TokenCursor::expect_word(std::string_view keyword) {
  if (!accept_word(keyword)) return error_here();
  return {};
}

Result<void> TokenCursor::expect_symbol(std::string_view symbol) {
  if (!accept_symbol(symbol)) return error_here();
  return {};
}

Result<std::string> TokenCursor::expect_name() {
  const Token& token = peek();
  const bool name = token.kind == TokenKind::quoted_name || (token.kind == TokenKind::word && !is_reserved(token.text));
  if (!name || token.text.empty()) return error_here();
  return next().text;
}

Result<void> TokenCursor::expect_end() {
  accept_symbol(";");
  if (!at_end()) return error_here();
  return {};
}

std::unexpected<Error> TokenCursor::error_here() const {
  return syntax_error(statement_, peek().begin);
}

std::uint32_t TokenCursor::end_of_last() const {
  return index_ == 0 ? 0 : statement_.tokens[index_ - 1].end;
}

}  // namespace sluice::sql
