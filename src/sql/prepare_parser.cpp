#include "sql/prepare_parser.h"

#include "sql/ascii.h"

namespace sluice::sql {
namespace {

using Parsed = Result<std::optional<Statement>>;

Parsed ended(TokenCursor& cursor, Statement statement) {
  if (auto end = cursor.expect_end(); !end) return std::unexpected(std::move(end.error()));
  return statement;
}

Result<std::string> parse_name(TokenCursor& cursor) {
  auto name = cursor.expect_name();
  if (!name) return name;
  return to_lower(*name);
}

Parsed parse_prepare_named(TokenCursor& cursor, const ExpressionRules& rules) {
  auto name = parse_name(cursor);
  if (!name) return std::unexpected(std::move(name.error()));
  if (auto from = cursor.expect_word("FROM"); !from) return std::unexpected(std::move(from.error()));
  const TokenKind kind = cursor.peek().kind;
  if (kind != TokenKind::string && kind != TokenKind::user_variable) return cursor.error_here();
  auto text = parse_expression(cursor, rules);
  if (!text) return std::unexpected(std::move(text.error()));
  return ended(cursor, PrepareNamed{.name = std::move(*name), .text = std::move(*text)});
}

Parsed parse_execute_named(TokenCursor& cursor) {
  auto name = parse_name(cursor);
  if (!name) return std::unexpected(std::move(name.error()));
  ExecuteNamed execute{.name = std::move(*name), .variables = {}};
  if (cursor.accept_word("USING")) {
    do {
      if (cursor.peek().kind != TokenKind::user_variable || execute.variables.size() >= list_length_max) {
        return cursor.error_here();
      }
      execute.variables.push_back(cursor.next().text);
    } while (cursor.accept_symbol(","));
  }
  return ended(cursor, std::move(execute));
}

}  // namespace

Parsed parse_prepare(TokenCursor& cursor, const ExpressionRules& rules) {
  if (cursor.accept_word("PREPARE")) return parse_prepare_named(cursor, rules);
  if (cursor.accept_word("EXECUTE")) return parse_execute_named(cursor);
  if (cursor.accept_words({"DEALLOCATE", "PREPARE"}) || cursor.accept_words({"DROP", "PREPARE"})) {
    auto name = parse_name(cursor);
    if (!name) return std::unexpected(std::move(name.error()));
    return ended(cursor, DeallocateNamed{std::move(*name)});
  }
  return std::nullopt;
}

}  // namespace sluice::sql
