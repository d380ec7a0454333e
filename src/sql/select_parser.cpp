#include "sql/select_parser.h"

#include "sql/ascii.h"
#include "sql/error_code.h"
#include "sql/utf8.h"

namespace sluice::sql {
namespace {

/// Bytes of a column's name that was not given by an alias (MySQL's MAX_ALIAS_NAME).
constexpr std::size_t column_name_size_max = 255;

Result<std::string> parse_alias(TokenCursor& cursor) {
  if (cursor.peek().kind == TokenKind::string) return cursor.next().text;
  return cursor.expect_name();
}

/// What MySQL calls the column of an expression: a constant's value where it stands alone, else its text.
std::string column_name(const Expression& expression, const TokenCursor& cursor, const Token& first) {
  std::string text = cursor.statement().text(first.begin, cursor.end_of_last());
  if (const auto* literal = std::get_if<Literal>(&expression.node)) {
    if (is_null(literal->value)) return "NULL";
    if (first.kind == TokenKind::string) return first.text;
    if (first.kind == TokenKind::word) {
      return first.text.starts_with('_') ? *text_of(literal->value) : to_upper(first.text);
    }
    while (text.starts_with('(') && text.ends_with(')')) {
      text = text.substr(1, text.size() - 2);
    }
  }
  return std::string(utf8_start(text, column_name_size_max));
}

Result<Select::Item> parse_item(TokenCursor& cursor, const ExpressionRules& rules) {
  const Token& first = cursor.peek();
  auto expression = parse_expression(cursor, rules);
  if (!expression) return std::unexpected(std::move(expression.error()));
  Select::Item item{.expression = std::move(*expression), .column = {}};
  const Token& behind = cursor.peek();
  const bool alias_follows = behind.kind == TokenKind::string || behind.kind == TokenKind::quoted_name ||
                             (behind.kind == TokenKind::word && !is_reserved(behind.text));
  if (!alias_follows && !cursor.at_word("AS")) {
    item.column = column_name(item.expression, cursor, first);
    return item;
  }
  cursor.accept_word("AS");
  auto alias = parse_alias(cursor);
  if (!alias) return std::unexpected(std::move(alias.error()));
  item.column = std::move(*alias);
  return item;
}

}  // namespace

Result<std::uint64_t> parse_row_count(TokenCursor& cursor, const ExpressionRules& rules) {
  if (rules.parameters && cursor.peek().kind == TokenKind::placeholder) {
    cursor.next();
    return std::uint64_t{0};
  }
  if (cursor.peek().kind != TokenKind::number) return cursor.error_here();
  const auto number = parse_number(cursor.peek().text);
  if (number && std::holds_alternative<std::int64_t>(*number)) {
    cursor.next();
    return static_cast<std::uint64_t>(std::get<std::int64_t>(*number));
  }
  if (number && std::holds_alternative<std::uint64_t>(*number)) {
    cursor.next();
    return std::get<std::uint64_t>(*number);
  }
  return cursor.error_here();
}

Result<std::optional<Limit>> parse_limit(TokenCursor& cursor, const ExpressionRules& rules) {
  if (!cursor.accept_word("LIMIT")) return std::nullopt;
  auto first = parse_row_count(cursor, rules);
  if (!first) return std::unexpected(std::move(first.error()));
  const bool offset_first = cursor.accept_symbol(",");
  if (!offset_first && !cursor.accept_word("OFFSET")) {
    return Limit{.offset = 0, .count = *first};
  }
  auto second = parse_row_count(cursor, rules);
  if (!second) return std::unexpected(std::move(second.error()));
  return offset_first ? Limit{.offset = *first, .count = *second} : Limit{.offset = *second, .count = *first};
}

Result<Select> parse_select(TokenCursor& cursor, const ExpressionRules& rules) {
  while (cursor.at_one_of({"ALL", "DISTINCT", "DISTINCTROW", "SQL_NO_CACHE", "SQL_CACHE", "HIGH_PRIORITY"})) {
    cursor.next();
  }
  Select select;
  do {
    if (select.items.size() >= list_length_max) return not_supported("a list of more than 4096 parts");
    auto item = parse_item(cursor, rules);
    if (!item) return std::unexpected(std::move(item.error()));
    select.items.push_back(std::move(*item));
  } while (cursor.accept_symbol(","));
  cursor.accept_words({"FROM", "DUAL"});
  if (cursor.at_one_of({"WHERE", "GROUP", "HAVING", "ORDER", "INTO", "UNION", "FOR", "LOCK", "PROCEDURE", "WINDOW",
                        "EXCEPT", "INTERSECT", "FROM"})) {
    return not_supported("SELECT ... " + to_upper(cursor.peek().text));
  }
  auto limit = parse_limit(cursor, rules);
  if (!limit) return std::unexpected(std::move(limit.error()));
  select.limit = *limit;
  if (auto end = cursor.expect_end(); !end) return std::unexpected(std::move(end.error()));
  return select;
}

}  // namespace sluice::sql
