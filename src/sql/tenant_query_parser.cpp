#include "sql/tenant_query_parser.h"

#include "sql/ascii.h"
#include "sql/error_code.h"
#include "sql/string_literal.h"
#include "sql/tenant_query_words.h"
#include "sql/tenant_query_writer.h"

namespace sluice::sql {
namespace {

constexpr std::string_view information_schema = "information_schema";
constexpr int table_count_max = 6;
/// Up to MySQL 5.7 and in MariaDB, COLUMNS gives a table's columns in their order, and clients count on it (the old
/// zongji matches them with the values of a row). From MySQL 8.0 on the optimizer decides.
constexpr std::string_view columns_order = "ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION";

/// SELECT list FROM views [WHERE ...] and so on.
class SelectParser {
 public:
  SelectParser(TokenCursor& cursor, const TenantQueryRules& rules)
      : cursor_(cursor), writer_(cursor, rules, "SELECT") {}

  Result<TenantQuery> parse() {
    writer_.write(tenant_select_hint);
    while (cursor_.at_one_of({"ALL", "DISTINCT", "SQL_NO_CACHE"})) {
      one_row_each_ = one_row_each_ && !cursor_.at_word("DISTINCT");
      writer_.copy_keyword();
    }
    const auto at_list_end = [this] {
      one_row_each_ = one_row_each_ && !cursor_.at_symbol("(");  // it may be COUNT(*)
      return cursor_.at_word("FROM");
    };
    if (auto list = writer_.copy_until(at_list_end); !list) return std::unexpected(std::move(list.error()));
    if (auto from = cursor_.expect_word("FROM"); !from) return std::unexpected(std::move(from.error()));
    writer_.write("FROM");
    if (auto tables = copy_tables(); !tables) return std::unexpected(std::move(tables.error()));
    if (!writer_.at_statement_end() && !at_clause()) {
      return is_forbidden_word(cursor_.peek().text) ? writer_.forbidden_here() : cursor_.error_here();
    }
    auto rest = copy_where();
    if (rest && one_row_each_ && of_columns_ && (writer_.at_statement_end() || cursor_.at_word("LIMIT"))) {
      writer_.write(columns_order);
    }
    if (rest && !writer_.at_statement_end()) rest = writer_.copy_to_end();
    return writer_.finish(std::move(rest));
  }

 private:
  [[nodiscard]] bool at_clause() const { return cursor_.at_word("WHERE") || at_clause_behind_where(); }
  [[nodiscard]] bool at_clause_behind_where() const { return cursor_.at_one_of({"GROUP", "HAVING", "ORDER", "LIMIT"}); }

  Result<void> copy_where() {
    if (!cursor_.at_word("WHERE")) return {};
    writer_.copy_keyword();
    if (at_clause_behind_where()) return cursor_.error_here();
    return writer_.copy_until([this] { return at_clause_behind_where(); });
  }

  Result<void> copy_tables() {
    for (int tables = 1; tables <= table_count_max; ++tables) {
      if (auto view = copy_view(); !view) return view;
      if (auto condition = copy_join_condition(); !condition) return condition;
      of_columns_ = of_columns_ && tables == 1;
      if (!copy_join_words()) return {};
    }
    return not_supported("SELECT from more than 6 tables");
  }

  /// information_schema.view [[AS] alias]
  Result<void> copy_view() {
    if (cursor_.at_symbol("(")) return not_supported("SELECT from a table expression");
    const auto view = writer_.read_table_name();
    if (!view) return std::unexpected(view.error());
    if (view->database.empty()) return TenantQueryWriter::no_database();
    if (!equals_ignoring_case(view->database, information_schema)) return not_supported("SELECT from tables");
    if (!is_schema_view(view->table)) {
      return fail(ErrorKind::invalid, "Unknown table '" + to_upper(view->table) + "' in information_schema",
                  error_code::unknown_table);
    }
    of_columns_ = of_columns_ && equals_ignoring_case(view->table, "COLUMNS");
    writer_.write(view->text());
    if (!cursor_.accept_word("AS") && !at_alias()) return {};
    writer_.write("AS");
    return writer_.copy_name();
  }

  [[nodiscard]] bool at_alias() const {
    const Token& token = cursor_.peek();
    return token.kind == TokenKind::quoted_name ||
           (token.kind == TokenKind::word && !is_reserved(token.text) && !is_forbidden_word(token.text) &&
            !cursor_.at_one_of({"OUTER", "STRAIGHT_JOIN", "USE", "FORCE", "IGNORE", "PARTITION"}));
  }

  Result<void> copy_join_condition() {
    if (!cursor_.at_one_of({"ON", "USING"})) return {};
    const bool names = cursor_.at_word("USING");
    writer_.copy_keyword();
    if (names && !cursor_.at_symbol("(")) return cursor_.error_here();
    return writer_.copy_until([this] { return cursor_.at_symbol(",") || writer_.at_join() || at_clause(); });
  }

  /// What stands between two tables: a comma or the words of a join. False if there is no further table.
  bool copy_join_words() {
    if (cursor_.accept_symbol(",")) {
      writer_.write(",");
      return true;
    }
    bool found = false;
    while (!found && writer_.at_join()) {
      found = cursor_.at_one_of({"JOIN", "STRAIGHT_JOIN"});
      writer_.copy_keyword();
    }
    return found;
  }

  TokenCursor& cursor_;
  TenantQueryWriter writer_;
  bool one_row_each_ = true;  ///< a row of the view is a row of the result: no aggregate, no DISTINCT
  bool of_columns_ = true;    ///< COLUMNS and no other view is read
};

/// What stands behind the word SHOW.
class ShowParser {
 public:
  ShowParser(TokenCursor& cursor, const TenantQueryRules& rules)
      : cursor_(cursor), rules_(rules), writer_(cursor, rules, "SHOW") {}

  Result<std::optional<TenantQuery>> parse() {
    if (cursor_.at_word("CREATE")) return parse_create();
    if (cursor_.at_one_of({"DATABASES", "SCHEMAS", "COLLATION", "CHARSET", "ENGINES"})) {
      writer_.copy_keyword();
      return finish_filtered();
    }
    if (cursor_.accept_words({"CHARACTER", "SET"})) {
      writer_.write("CHARACTER SET");
      return finish_filtered();
    }
    if (cursor_.accept_words({"STORAGE", "ENGINES"})) {
      writer_.write("STORAGE ENGINES");
      return writer_.finish({});
    }
    if (cursor_.accept_words({"TABLE", "STATUS"})) {
      writer_.write("TABLE STATUS");
      return parse_of_database();
    }
    if (cursor_.at_one_of({"INDEX", "INDEXES", "KEYS"})) {
      writer_.copy_keyword();
      return parse_of_table();
    }
    return parse_with_modifiers();
  }

 private:
  /// [EXTENDED] [FULL] {TABLES | COLUMNS | FIELDS}
  Result<std::optional<TenantQuery>> parse_with_modifiers() {
    std::size_t modifiers = 0;
    modifiers += cursor_.at_word("EXTENDED", modifiers) ? 1 : 0;
    modifiers += cursor_.at_word("FULL", modifiers) ? 1 : 0;
    const bool tables = cursor_.at_word("TABLES", modifiers);
    if (!tables && !cursor_.at_one_of({"COLUMNS", "FIELDS"}, modifiers)) return std::nullopt;
    for (std::size_t i = 0; i <= modifiers; ++i) {
      writer_.copy_keyword();
    }
    return tables ? parse_of_database() : parse_of_table();
  }

  Result<TenantQuery> parse_create() {
    cursor_.next();
    if (cursor_.accept_word("TABLE")) {
      writer_.write("CREATE TABLE");
      return writer_.finish(writer_.copy_table_name());
    }
    if (!cursor_.at_one_of({"DATABASE", "SCHEMA"})) {
      return not_supported("SHOW CREATE " + to_upper(cursor_.peek().text));
    }
    cursor_.next();
    writer_.write("CREATE DATABASE");
    if (cursor_.accept_words({"IF", "NOT", "EXISTS"})) writer_.write("IF NOT EXISTS");
    return writer_.finish(writer_.copy_name());
  }

  bool accept_from() { return cursor_.accept_word("FROM") || cursor_.accept_word("IN"); }

  /// [FROM database] [LIKE | WHERE]
  Result<TenantQuery> parse_of_database() {
    auto database = accept_from() ? writer_.read_name() : Result<std::string>(rules_.database);
    if (!database) return std::unexpected(std::move(database.error()));
    if (database->empty()) return TenantQueryWriter::no_database();
    writer_.write("FROM");
    writer_.write(quote_name(*database));
    return finish_filtered();
  }

  /// FROM [database.]table [FROM database] [LIKE | WHERE]
  Result<TenantQuery> parse_of_table() {
    if (!accept_from()) return cursor_.error_here();
    auto table = writer_.read_table_name();
    if (!table) return std::unexpected(std::move(table.error()));
    if (accept_from()) {
      auto database = writer_.read_name();
      if (!database) return std::unexpected(std::move(database.error()));
      table->database = std::move(*database);
    }
    if (table->database.empty()) return TenantQueryWriter::no_database();
    writer_.write("FROM");
    writer_.write(table->text());
    return finish_filtered();
  }

  /// [LIKE 'pattern' | WHERE condition]
  Result<TenantQuery> finish_filtered() {
    if (cursor_.at_word("WHERE")) {
      writer_.copy_keyword();
      return writer_.finish(writer_.copy_to_end());
    }
    if (!cursor_.at_word("LIKE")) return writer_.finish({});
    writer_.copy_keyword();
    if (cursor_.peek().kind == TokenKind::placeholder && rules_.parameters) {
      writer_.write(cursor_.next().text);
      return writer_.finish({});
    }
    if (cursor_.peek().kind != TokenKind::string) return cursor_.error_here();
    return writer_.finish(writer_.copy_string());
  }

  TokenCursor& cursor_;
  const TenantQueryRules& rules_;
  TenantQueryWriter writer_;
};

}  // namespace

Result<TenantQuery> parse_information_schema_select(TokenCursor& cursor, const TenantQueryRules& rules) {
  return SelectParser(cursor, rules).parse();
}

Result<std::optional<TenantQuery>> parse_metadata_show(TokenCursor& cursor, const TenantQueryRules& rules) {
  return ShowParser(cursor, rules).parse();
}

Result<TenantQuery> parse_describe(TokenCursor& cursor, const TenantQueryRules& rules) {
  if (cursor.at_symbol("(") || (cursor.peek().kind == TokenKind::word && is_reserved(cursor.peek().text))) {
    return not_supported("EXPLAIN");
  }
  TenantQueryWriter writer(cursor, rules, "DESCRIBE");
  if (auto table = writer.copy_table_name(); !table) return std::unexpected(std::move(table.error()));
  if (cursor.peek().kind == TokenKind::string) return writer.finish(writer.copy_string());
  return writer.finish(writer.at_statement_end() ? Result<void>() : writer.copy_name());
}

}  // namespace sluice::sql
