#include "sql/tenant_query_parser.h"

#include <functional>

#include "sql/ascii.h"
#include "sql/error_code.h"
#include "sql/expression_parser.h"
#include "sql/string_literal.h"
#include "sql/tenant_query_words.h"
#include "sql/utf8.h"

namespace sluice::sql {
namespace {

constexpr std::string_view information_schema = "information_schema";
/// Bytes of a database, table or column name (MySQL: 64 characters).
constexpr std::size_t name_size_max = 256;
constexpr int table_count_max = 16;

class TenantQueryParser {
 public:
  TenantQueryParser(TokenCursor& cursor, const TenantQueryRules& rules) : cursor_(cursor), rules_(rules) {}

  Result<TenantQuery> parse_select() {
    query_ = "SELECT";
    while (cursor_.at_one_of({"ALL", "DISTINCT", "SQL_NO_CACHE"})) {
      write(to_upper(cursor_.next().text));
    }
    if (auto list = copy_until([this] { return cursor_.at_word("FROM"); }); !list) {
      return std::unexpected(std::move(list.error()));
    }
    if (auto from = cursor_.expect_word("FROM"); !from) {
      return std::unexpected(std::move(from.error()));
    }
    write("FROM");
    if (auto tables = copy_tables(); !tables) {
      return std::unexpected(std::move(tables.error()));
    }
    if (!at_statement_end() && !at_clause()) {
      return is_forbidden_word(cursor_.peek().text) ? forbidden_here() : cursor_.error_here();
    }
    return finish(copy_until([] { return false; }));
  }

  Result<TenantQuery> parse_describe() {
    if (cursor_.at_symbol("(") || (cursor_.peek().kind == TokenKind::word && is_reserved(cursor_.peek().text))) {
      return not_supported("EXPLAIN");
    }
    query_ = "DESCRIBE";
    if (auto table = copy_table_name(); !table) {
      return std::unexpected(std::move(table.error()));
    }
    if (cursor_.peek().kind == TokenKind::string) {
      return finish(copy_string());
    }
    if (at_statement_end()) {
      return finish({});
    }
    return finish(copy_name());
  }

  Result<std::optional<TenantQuery>> parse_show() {
    query_ = "SHOW";
    if (cursor_.at_word("CREATE")) {
      return optional(parse_show_create());
    }
    if (cursor_.at_one_of({"DATABASES", "SCHEMAS", "COLLATION", "CHARSET", "ENGINES"})) {
      write(to_upper(cursor_.next().text));
      return optional(finish_filtered());
    }
    if (cursor_.accept_words({"CHARACTER", "SET"})) {
      write("CHARACTER SET");
      return optional(finish_filtered());
    }
    if (cursor_.accept_words({"STORAGE", "ENGINES"})) {
      write("STORAGE ENGINES");
      return optional(finish({}));
    }
    if (cursor_.accept_words({"TABLE", "STATUS"})) {
      write("TABLE STATUS");
      return optional(parse_show_of_database());
    }
    if (cursor_.at_one_of({"INDEX", "INDEXES", "KEYS"})) {
      write(to_upper(cursor_.next().text));
      return optional(parse_show_of_table());
    }
    return parse_show_with_modifiers();
  }

 private:
  static Result<std::optional<TenantQuery>> optional(Result<TenantQuery> query) {
    if (!query) {
      return std::unexpected(std::move(query.error()));
    }
    return std::move(*query);
  }

  /// [EXTENDED] [FULL] {TABLES | COLUMNS | FIELDS}
  Result<std::optional<TenantQuery>> parse_show_with_modifiers() {
    std::size_t modifiers = 0;
    modifiers += cursor_.at_word("EXTENDED", modifiers) ? 1 : 0;
    modifiers += cursor_.at_word("FULL", modifiers) ? 1 : 0;
    const bool tables = cursor_.at_word("TABLES", modifiers);
    if (!tables && !cursor_.at_one_of({"COLUMNS", "FIELDS"}, modifiers)) {
      return std::nullopt;
    }
    for (std::size_t i = 0; i <= modifiers; ++i) {
      write(to_upper(cursor_.next().text));
    }
    return optional(tables ? parse_show_of_database() : parse_show_of_table());
  }

  Result<TenantQuery> parse_show_create() {
    cursor_.next();
    if (cursor_.accept_word("TABLE")) {
      write("CREATE TABLE");
      return finish(copy_table_name());
    }
    if (!cursor_.at_one_of({"DATABASE", "SCHEMA"})) {
      return not_supported("SHOW CREATE " + to_upper(cursor_.peek().text));
    }
    cursor_.next();
    write("CREATE DATABASE");
    if (cursor_.accept_words({"IF", "NOT", "EXISTS"})) {
      write("IF NOT EXISTS");
    }
    return finish(copy_name());
  }

  /// [FROM database] [LIKE | WHERE]
  Result<TenantQuery> parse_show_of_database() {
    std::string database(rules_.database);
    if (cursor_.accept_word("FROM") || cursor_.accept_word("IN")) {
      auto name = read_name();
      if (!name) {
        return std::unexpected(std::move(name.error()));
      }
      database = std::move(*name);
    }
    if (database.empty()) {
      return no_database();
    }
    write("FROM");
    write(quote_name(database));
    return finish_filtered();
  }

  /// FROM [database.]table [FROM database] [LIKE | WHERE]
  Result<TenantQuery> parse_show_of_table() {
    if (!cursor_.accept_word("FROM") && !cursor_.accept_word("IN")) {
      return cursor_.error_here();
    }
    auto table = read_table_name();
    if (!table) {
      return std::unexpected(std::move(table.error()));
    }
    if (cursor_.accept_word("FROM") || cursor_.accept_word("IN")) {
      auto database = read_name();
      if (!database) {
        return std::unexpected(std::move(database.error()));
      }
      table->database = std::move(*database);
    }
    if (table->database.empty()) {
      return no_database();
    }
    write("FROM");
    write(table->text());
    return finish_filtered();
  }

  Result<TenantQuery> finish_filtered() {
    if (cursor_.accept_word("LIKE")) {
      write("LIKE");
      const TokenKind kind = cursor_.peek().kind;
      if (kind == TokenKind::placeholder && rules_.parameters) {
        write(cursor_.next().text);
        return finish({});
      }
      return kind == TokenKind::string ? finish(copy_string()) : Result<TenantQuery>(cursor_.error_here());
    }
    if (cursor_.accept_word("WHERE")) {
      write("WHERE");
      return finish(copy_until([] { return false; }));
    }
    return finish({});
  }

  Result<TenantQuery> finish(Result<void> copied) {
    if (!copied) {
      return std::unexpected(std::move(copied.error()));
    }
    if (auto end = cursor_.expect_end(); !end) {
      return std::unexpected(std::move(end.error()));
    }
    return TenantQuery{std::move(query_)};
  }

  // Tables ----------------------------------------------------------------------------------------------------------

  struct TableName {
    std::string database;
    std::string table;
    [[nodiscard]] std::string text() const { return quote_name(database) + "." + quote_name(table); }
  };

  static std::unexpected<Error> no_database() {
    return fail(ErrorKind::invalid, "No database selected", error_code::no_database);
  }

  Result<std::string> read_name() {
    const Token& token = cursor_.peek();
    auto name = cursor_.expect_name();
    if (name && (name->size() > name_size_max || name->contains('\0') || !is_utf8(*name))) {
      return syntax_error(cursor_.statement().source, token.begin);
    }
    return name;
  }

  /// [database.]table; the session's database if none is named.
  Result<TableName> read_table_name() {
    TableName result{.database = std::string(rules_.database), .table = {}};
    auto first = read_name();
    if (!first) {
      return std::unexpected(std::move(first.error()));
    }
    if (cursor_.accept_symbol(".")) {
      auto second = read_name();
      if (!second) {
        return std::unexpected(std::move(second.error()));
      }
      result.database = std::move(*first);
      result.table = std::move(*second);
    } else {
      result.table = std::move(*first);
    }
    return result;
  }

  Result<void> copy_table_name() {
    auto table = read_table_name();
    if (!table) {
      return std::unexpected(std::move(table.error()));
    }
    if (table->database.empty()) {
      return no_database();
    }
    write(table->text());
    return {};
  }

  Result<void> copy_name() {
    auto name = read_name();
    if (!name) {
      return std::unexpected(std::move(name.error()));
    }
    write(quote_name(*name));
    return {};
  }

  /// information_schema.view [[AS] alias]
  Result<void> copy_view() {
    if (cursor_.at_symbol("(")) {
      return not_supported("SELECT from a table expression");
    }
    auto view = read_table_name();
    if (!view) {
      return std::unexpected(std::move(view.error()));
    }
    if (view->database.empty()) {
      return no_database();
    }
    if (!equals_ignoring_case(view->database, information_schema)) {
      return not_supported("SELECT from tables");
    }
    if (!is_schema_view(view->table)) {
      return fail(ErrorKind::invalid, "Unknown table '" + to_upper(view->table) + "' in information_schema",
                  error_code::unknown_table);
    }
    write(view->text());
    const bool named = cursor_.accept_word("AS");
    if (named || is_alias(cursor_.peek())) {
      write("AS");
      return copy_name();
    }
    return {};
  }

  [[nodiscard]] bool is_alias(const Token& token) const {
    return token.kind == TokenKind::quoted_name ||
           (token.kind == TokenKind::word && !is_reserved(token.text) &&
            !cursor_.at_one_of({"HAVING", "OUTER", "STRAIGHT_JOIN", "USE", "FORCE", "IGNORE", "PARTITION"}) &&
            !is_forbidden_word(token.text));
  }

  Result<void> copy_tables() {
    for (int tables = 1; tables <= table_count_max; ++tables) {
      if (auto view = copy_view(); !view) {
        return view;
      }
      if (auto condition = copy_join_condition(); !condition) {
        return condition;
      }
      if (!copy_join_words()) {
        return {};
      }
    }
    return not_supported("SELECT from more than 16 tables");
  }

  Result<void> copy_join_condition() {
    if (cursor_.accept_word("ON")) {
      write("ON");
      return copy_until([this] { return cursor_.at_symbol(",") || at_join() || at_clause(); });
    }
    if (cursor_.accept_word("USING")) {
      write("USING");
      if (!cursor_.at_symbol("(")) {
        return cursor_.error_here();
      }
      return copy_until([this] { return cursor_.at_symbol(",") || at_join() || at_clause(); });
    }
    return {};
  }

  /// What stands between two tables: a comma or the words of a join. False if there is no further table.
  bool copy_join_words() {
    if (cursor_.accept_symbol(",")) {
      query_ += ",";
      return true;
    }
    bool found = false;
    while (at_join()) {
      found = cursor_.at_one_of({"JOIN", "STRAIGHT_JOIN"});
      write(to_upper(cursor_.next().text));
      if (found) {
        break;
      }
    }
    return found;
  }

  [[nodiscard]] bool at_join() const {
    return cursor_.at_one_of({"JOIN", "STRAIGHT_JOIN", "NATURAL", "INNER", "CROSS", "OUTER"}) ||
           (cursor_.at_one_of({"LEFT", "RIGHT"}) && !cursor_.at_symbol("(", 1));
  }

  [[nodiscard]] bool at_clause() const { return cursor_.at_one_of({"WHERE", "GROUP", "HAVING", "ORDER", "LIMIT"}); }

  [[nodiscard]] bool at_statement_end() const { return cursor_.at_end() || cursor_.at_symbol(";"); }

  // Expressions, token by token -------------------------------------------------------------------------------------

  /// Copies tokens up to the end of the statement, or to where `stop` holds outside of all parentheses.
  Result<void> copy_until(const std::function<bool()>& stop) {
    int depth = 0;
    bool any = false;
    while (!at_statement_end() && (depth > 0 || !stop())) {
      if (cursor_.at_symbol("(") && ++depth > nesting_max) {
        return not_supported("an expression nested more than 100 deep");
      }
      if (cursor_.at_symbol(")") && --depth < 0) {
        return cursor_.error_here();
      }
      if (depth == 0 && (cursor_.at_word("FROM") || at_join())) {
        return cursor_.error_here();
      }
      if (auto copied = copy_token(); !copied) {
        return copied;
      }
      any = true;
    }
    if (depth > 0 || (!any && !at_statement_end())) {
      return cursor_.error_here();
    }
    return {};
  }

  Result<void> copy_token() {
    const Token& token = cursor_.peek();
    switch (token.kind) {
      case TokenKind::word:
        return copy_word();
      case TokenKind::quoted_name:
        return cursor_.at_symbol("(", 1) ? not_allowed_call(token) : copy_name();
      case TokenKind::string:
        return copy_string();
      case TokenKind::bytes:
        write("x'" + to_hexadecimal(token.text) + "'");
        break;
      case TokenKind::number:
        write(token.text);
        break;
      case TokenKind::placeholder:
        if (!rules_.parameters) {
          return cursor_.error_here();
        }
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

  static std::string to_hexadecimal(std::string_view bytes) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string result;
    for (const char character : bytes) {
      const auto byte = static_cast<unsigned char>(character);
      result.push_back(digits[byte >> 4U]);
      result.push_back(digits[byte & 0xFU]);
    }
    return result;
  }

  static std::unexpected<Error> not_allowed_call(const Token& name) {
    return not_supported("the function " + name.text + " in a query of the tenant");
  }

  [[nodiscard]] std::unexpected<Error> forbidden_here() const {
    return not_supported(to_upper(cursor_.peek().text) + " in a query of the tenant");
  }

  Result<void> copy_word() {
    const Token& word = cursor_.peek();
    if (is_forbidden_word(word.text)) {
      return forbidden_here();
    }
    if (!is_utf8(word.text) || word.text.size() > name_size_max) {
      return cursor_.error_here();
    }
    if (!cursor_.at_symbol("(", 1)) {
      write(cursor_.next().text);
      return {};
    }
    if (is_word_before_parenthesis(word.text)) {
      write(to_upper(cursor_.next().text));
      return {};
    }
    if (cursor_.at_one_of({"DATABASE", "SCHEMA"}) && cursor_.at_symbol(")", 2)) {
      cursor_.next();
      cursor_.next();
      cursor_.next();
      write(rules_.database.empty() ? "NULL" : quote_string(rules_.database));
      return {};
    }
    if (!is_harmless_function(word.text) || query_.ends_with('.')) {
      return not_allowed_call(word);
    }
    write(cursor_.next().text);
    call_follows_ = true;
    return {};
  }

  Result<void> copy_string() {
    const Token& token = cursor_.peek();
    if (!is_utf8(token.text)) {
      return fail(ErrorKind::invalid, "Invalid utf8mb4 character string", error_code::invalid_character_string);
    }
    write(quote_string(cursor_.next().text));
    return {};
  }

  Result<void> copy_symbol() {
    static constexpr std::string_view allowed = " ( ) , . * = < > <= >= <> != <=> + - / % ! && || ";
    const Token& token = cursor_.peek();
    if (!allowed.contains(" " + token.text + " ")) {
      return token.text == ":=" || token.text == "@@" ? not_supported("a variable in a query of the tenant")
                                                      : cursor_.error_here();
    }
    if (token.text == ".") {
      const TokenKind behind = cursor_.peek(1).kind;
      const bool name_behind = behind == TokenKind::word || behind == TokenKind::quoted_name;
      if (!last_is_name_ || (!name_behind && !cursor_.at_symbol("*", 1))) {
        return cursor_.error_here();
      }
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

  /// Appends one word, behind a space where it could run into the one before.
  void write(std::string_view text) {
    if (!query_.ends_with('.')) {
      query_ += " ";
    }
    query_ += text;
    last_is_name_ = text.starts_with('`') || is_name_start(text.front());
  }

  static bool is_name_start(char character) {
    return (to_lower(character) >= 'a' && to_lower(character) <= 'z') || character == '_' || character == '$' ||
           static_cast<unsigned char>(character) >= 0x80;
  }

  TokenCursor& cursor_;
  const TenantQueryRules& rules_;
  std::string query_;
  bool last_is_name_ = false;
  bool call_follows_ = false;  ///< a function's name was written: its parenthesis has to touch it
};

}  // namespace

Result<TenantQuery> parse_information_schema_select(TokenCursor& cursor, const TenantQueryRules& rules) {
  return TenantQueryParser(cursor, rules).parse_select();
}

Result<std::optional<TenantQuery>> parse_metadata_show(TokenCursor& cursor, const TenantQueryRules& rules) {
  return TenantQueryParser(cursor, rules).parse_show();
}

Result<TenantQuery> parse_describe(TokenCursor& cursor, const TenantQueryRules& rules) {
  return TenantQueryParser(cursor, rules).parse_describe();
}

}  // namespace sluice::sql
