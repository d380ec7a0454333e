#include "sql/tenant_query_writer.h"

#include "base/hex.h"
#include "sql/ascii.h"
#include "sql/error_code.h"
#include "sql/expression_parser.h"
#include "sql/string_literal.h"
#include "sql/syntax_error.h"
#include "sql/tenant_query_words.h"
#include "sql/utf8.h"

namespace sluice::sql {
namespace {

/// Bytes of a database, table or column name (MySQL: 64 characters).
constexpr std::size_t name_size_max = 256;

std::unexpected<Error> not_allowed_call(const Token& name) {
  return not_supported("the function " + name.text + " in a query of the tenant");
}

bool is_name_start(char character) {
  return (to_lower(character) >= 'a' && to_lower(character) <= 'z') || character == '_' || character == '$' ||
         static_cast<unsigned char>(character) >= 0x80;
}

}  // namespace

std::string TenantQueryWriter::TableName::text() const {
  return quote_name(database) + "." + quote_name(table);
}

void TenantQueryWriter::write(std::string_view text) {
  if (!query_.ends_with('.') && text != ",") query_ += " ";
  query_ += text;
  last_is_name_ = text.starts_with('`') || is_name_start(text.front());
}

void TenantQueryWriter::copy_keyword() {
  write(to_upper(cursor_.next().text));
}

bool TenantQueryWriter::at_statement_end() const {
  return cursor_.at_end() || cursor_.at_symbol(";");
}

bool TenantQueryWriter::at_join() const {
  return cursor_.at_one_of({"JOIN", "STRAIGHT_JOIN", "NATURAL", "INNER", "CROSS", "OUTER"}) ||
         (cursor_.at_one_of({"LEFT", "RIGHT"}) && !cursor_.at_symbol("(", 1));
}

std::unexpected<Error> TenantQueryWriter::forbidden_here() const {
  return not_supported(to_upper(cursor_.peek().text) + " in a query of the tenant");
}

std::unexpected<Error> TenantQueryWriter::no_database() {
  return fail(ErrorKind::invalid, "No database selected", error_code::no_database);
}

Result<TenantQuery> TenantQueryWriter::finish(Result<void> copied) {
  if (!copied) return std::unexpected(std::move(copied.error()));
  if (auto end = cursor_.expect_end(); !end) return std::unexpected(std::move(end.error()));
  return TenantQuery{std::move(query_)};
}

// Names ---------------------------------------------------------------------------------------------------------------

Result<std::string> TenantQueryWriter::read_name() {
  const Token& token = cursor_.peek();
  auto name = cursor_.expect_name();
  if (name && (name->size() > name_size_max || name->contains('\0') || !is_utf8(*name))) {
    return syntax_error(cursor_.statement(), token.begin);
  }
  return name;
}

Result<TenantQueryWriter::TableName> TenantQueryWriter::read_table_name() {
  auto first = read_name();
  if (!first) return std::unexpected(std::move(first.error()));
  if (!cursor_.accept_symbol(".")) return TableName{std::string(rules_.database), std::move(*first)};
  auto second = read_name();
  if (!second) return std::unexpected(std::move(second.error()));
  return TableName{std::move(*first), std::move(*second)};
}

Result<void> TenantQueryWriter::copy_table_name() {
  const auto table = read_table_name();
  if (!table) return std::unexpected(table.error());
  if (table->database.empty()) return no_database();
  write(table->text());
  return {};
}

Result<void> TenantQueryWriter::copy_name() {
  const auto name = read_name();
  if (!name) return std::unexpected(name.error());
  write(quote_name(*name));
  return {};
}

// Expressions, token by token -----------------------------------------------------------------------------------------

Result<void> TenantQueryWriter::copy_to_end() {
  return copy_until([] { return false; });
}

Result<void> TenantQueryWriter::copy_until(const std::function<bool()>& stop) {
  int depth = 0;
  bool any = false;
  behind_operand_ = false;
  while (!at_statement_end() && (depth > 0 || !stop())) {
    if (cursor_.at_symbol("(") && ++depth > nesting_max) {
      return not_supported("an expression nested more than 100 deep");
    }
    if (cursor_.at_symbol(")") && --depth < 0) return cursor_.error_here();
    if (cursor_.at_symbol("(") && behind_operand_) return cursor_.error_here();
    if (depth == 0 && (cursor_.at_word("FROM") || at_join())) return cursor_.error_here();
    if (auto copied = copy_token(); !copied) return copied;
    any = true;
  }
  if (depth > 0 || !any) return cursor_.error_here();
  return {};
}

Result<void> TenantQueryWriter::copy_token() {
  const Token& token = cursor_.peek();
  behind_operand_ = token.kind != TokenKind::word && (token.kind != TokenKind::symbol || token.text == ")");
  switch (token.kind) {
    case TokenKind::word:
      return copy_word();
    case TokenKind::quoted_name:
      return cursor_.at_symbol("(", 1) ? not_allowed_call(token) : copy_name();
    case TokenKind::string:
      return copy_string();
    case TokenKind::bytes:
      write("x'" + to_hex(as_bytes(token.text)) + "'");
      break;
    case TokenKind::number:
      write(token.text);
      break;
    case TokenKind::placeholder:
      if (!rules_.parameters) return cursor_.error_here();
      write(token.text);
      break;
    case TokenKind::symbol:
      return copy_symbol();
    case TokenKind::user_variable:
      return not_supported("a user variable in a query of the tenant");
    case TokenKind::end:
      return cursor_.error_here();
  }
  cursor_.next();
  return {};
}

Result<void> TenantQueryWriter::copy_word() {
  const Token& word = cursor_.peek();
  if (is_forbidden_word(word.text)) return forbidden_here();
  if (!is_utf8(word.text) || word.text.size() > name_size_max) return cursor_.error_here();
  if (!cursor_.at_symbol("(", 1)) {
    write(cursor_.next().text);
    return {};
  }
  if (is_word_before_parenthesis(word.text)) {
    copy_keyword();
    return {};
  }
  if (cursor_.at_one_of({"DATABASE", "SCHEMA"}) && cursor_.at_symbol(")", 2)) {
    for (int i = 0; i < 3; ++i) {
      cursor_.next();
    }
    write(rules_.database.empty() ? "NULL" : quote_string(rules_.database));
    behind_operand_ = true;
    return {};
  }
  if (!is_harmless_function(word.text) || query_.ends_with('.')) return not_allowed_call(word);
  write(cursor_.next().text);
  call_follows_ = true;
  return {};
}

Result<void> TenantQueryWriter::copy_string() {
  const Token& token = cursor_.peek();
  if (!is_utf8(token.text)) {
    return fail(ErrorKind::invalid, "Invalid utf8mb4 character string", error_code::invalid_character_string);
  }
  write(quote_string(cursor_.next().text));
  return {};
}

Result<void> TenantQueryWriter::copy_symbol() {
  static constexpr std::string_view allowed = " ( ) , . * = < > <= >= <> != <=> + - / % ! && || ";
  const Token& token = cursor_.peek();
  if (!allowed.contains(" " + token.text + " ")) {
    return token.text == ":=" || token.text == "@@" ? not_supported("a variable in a query of the tenant")
                                                    : cursor_.error_here();
  }
  if (token.text == ".") {
    const TokenKind behind = cursor_.peek(1).kind;
    const bool name_behind = behind == TokenKind::word || behind == TokenKind::quoted_name;
    if (!last_is_name_ || (!name_behind && !cursor_.at_symbol("*", 1))) return cursor_.error_here();
    query_ += ".";
  } else if (token.text == "(" && call_follows_) {
    query_ += "(";
  } else {
    write(token.text);
  }
  call_follows_ = false;
  last_is_name_ = false;
  cursor_.next();
  return {};
}

}  // namespace sluice::sql
