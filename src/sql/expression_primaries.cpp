#include <array>
#include <span>

#include "sql/ascii.h"
#include "sql/expression_reader.h"

// What operators stand between: literals, variables, names, calls, parentheses.

namespace sluice::sql {
namespace {

/// Functions that may be called without parentheses.
constexpr std::array<std::string_view, 9> bare_functions = {"CURRENT_TIMESTAMP", "CURRENT_USER",  "LOCALTIME",
                                                            "LOCALTIMESTAMP",    "UTC_TIMESTAMP", "CURRENT_DATE",
                                                            "CURRENT_TIME",      "UTC_DATE",      "UTC_TIME"};

/// Reserved words that are functions in front of a parenthesis.
constexpr std::array<std::string_view, 4> reserved_functions = {"LEFT", "RIGHT", "REPLACE", "MOD"};

/// Character sets in front of a string whose bytes we may take as they are.
constexpr std::array<std::string_view, 6> introducers = {"_UTF8",  "_UTF8MB3", "_UTF8MB4",
                                                         "_ASCII", "_BINARY",  "_LATIN1"};

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
  for (const std::string_view candidate : words) {
    if (equals_ignoring_case(word, candidate)) return true;
  }
  return false;
}

}  // namespace

Result<Expression> ExpressionReader::parse_primary() {
  const Token& token = cursor_.peek();
  switch (token.kind) {
    case TokenKind::number:
      return parse_number_literal();
    case TokenKind::string:
      return parse_string_literal();
    case TokenKind::bytes:
      return Expression{Literal{cursor_.next().text}};
    case TokenKind::user_variable:
      return parse_user_variable();
    case TokenKind::placeholder:
      if (!rules_.parameters) return cursor_.error_here();
      cursor_.next();
      return Expression{Parameter{}};
    case TokenKind::quoted_name:
      return parse_name();
    case TokenKind::word:
      return parse_word();
    case TokenKind::symbol:
      return parse_symbol();
    case TokenKind::end:
      break;
  }
  return cursor_.error_here();
}

Result<Expression> ExpressionReader::parse_number_literal() {
  auto number = parse_number(cursor_.peek().text);
  if (!number) {
    return fail(ErrorKind::invalid, "Illegal double '" + cursor_.peek().text + "' value found during parsing", 1367);
  }
  cursor_.next();
  return Expression{Literal{std::move(*number)}};
}

Result<Expression> ExpressionReader::parse_string_literal() {
  std::string text = cursor_.next().text;
  while (cursor_.peek().kind == TokenKind::string) {
    text += cursor_.next().text;
  }
  return Expression{Literal{std::move(text)}};
}

Result<Expression> ExpressionReader::parse_user_variable() {
  std::string name = cursor_.next().text;
  if (cursor_.at_symbol(":=")) return not_supported("an assignment inside an expression");
  return Expression{UserVariable{std::move(name)}};
}

Result<Expression> ExpressionReader::parse_symbol() {
  if (cursor_.accept_symbol("@@")) {
    auto variable = parse_system_variable(cursor_);
    if (!variable) return std::unexpected(std::move(variable.error()));
    return Expression{std::move(*variable)};
  }
  if (!cursor_.accept_symbol("(")) return cursor_.error_here();
  if (cursor_.at_word("SELECT")) return not_supported("a nested SELECT");
  auto inner = read();
  if (!inner) return inner;
  if (auto close = cursor_.expect_symbol(")"); !close) return std::unexpected(std::move(close.error()));
  return inner;
}

Result<Expression> ExpressionReader::parse_word() {
  const Token& word = cursor_.peek();
  if (cursor_.accept_word("NULL")) {
    return Expression{Literal{}};
  }
  if (cursor_.at_word("TRUE") || cursor_.at_word("FALSE")) {
    const bool value = cursor_.at_word("TRUE");
    cursor_.next();
    return Expression{Literal{truth(value)}};
  }
  const TokenKind behind = cursor_.peek(1).kind;
  if (behind == TokenKind::string || behind == TokenKind::bytes) {
    if (!is_one_of(word.text, introducers)) {
      return word.text.starts_with('_') ? not_supported("a string of the character set " + word.text.substr(1))
                                        : cursor_.error_here();
    }
    cursor_.next();
    return parse_primary();
  }
  if (cursor_.at_one_of({"CASE", "EXISTS", "INTERVAL"})) {
    return not_supported(to_upper(word.text) + " in an expression");
  }
  if (cursor_.at_symbol("(", 1) && (!is_reserved(word.text) || is_one_of(word.text, reserved_functions))) {
    return parse_call();
  }
  if (is_one_of(word.text, bare_functions)) {
    return Expression{FunctionCall{.name = to_upper(cursor_.next().text), .arguments = {}}};
  }
  return parse_name();
}

Result<Expression> ExpressionReader::parse_call() {
  FunctionCall call{.name = to_upper(cursor_.next().text), .arguments = {}};
  cursor_.next();
  if (cursor_.accept_symbol(")")) {
    return Expression{std::move(call)};
  }
  do {
    if (call.arguments.size() >= list_length_max) return too_long();
    if (auto argument = push(call.arguments, read()); !argument) return std::unexpected(std::move(argument.error()));
  } while (cursor_.accept_symbol(","));
  if (auto close = cursor_.expect_symbol(")"); !close) return std::unexpected(std::move(close.error()));
  return Expression{std::move(call)};
}

Result<Expression> ExpressionReader::parse_name() {
  auto name = cursor_.expect_name();
  if (!name) return std::unexpected(std::move(name.error()));
  for (int parts = 1; parts < 3 && cursor_.accept_symbol("."); ++parts) {
    auto part = cursor_.expect_name();
    if (!part) return std::unexpected(std::move(part.error()));
    *name += "." + *part;
  }
  return Expression{Name{std::move(*name)}};
}

}  // namespace sluice::sql
