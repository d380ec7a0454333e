#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "sql/tenant_query_parser.h"
#include "sql/token_cursor.h"

namespace sluice::sql {

/// Copies what a query for the tenant may hold from a statement's tokens into a new text, and refuses the rest. For one
/// query.
class TenantQueryWriter {
 public:
  struct TableName {
    std::string database;  ///< empty if neither the statement nor the session names one
    std::string table;
    /// `database`.`table`
    [[nodiscard]] std::string text() const;
  };

  TenantQueryWriter(TokenCursor& cursor, const TenantQueryRules& rules, std::string_view first_word)
      : cursor_(cursor), rules_(rules), query_(first_word) {}

  /// Appends one word, behind a space where it could run into the one before.
  void write(std::string_view text);
  /// Writes the word the cursor is at in upper case.
  void copy_keyword();

  /// Copies expressions up to the end of the statement, or to where `stop` holds outside of all parentheses. Refuses
  /// nested queries, variables, calls of functions that are not known to be harmless, and a FROM or JOIN.
  [[nodiscard]] Result<void> copy_until(const std::function<bool()>& stop);
  [[nodiscard]] Result<void> copy_to_end();
  [[nodiscard]] Result<void> copy_string();
  [[nodiscard]] Result<void> copy_name();
  [[nodiscard]] Result<void> copy_table_name();

  [[nodiscard]] Result<std::string> read_name();
  /// [database.]table
  [[nodiscard]] Result<TableName> read_table_name();

  [[nodiscard]] bool at_statement_end() const;
  [[nodiscard]] bool at_join() const;
  /// Error 1235 for the word the cursor is at.
  [[nodiscard]] std::unexpected<Error> forbidden_here() const;
  [[nodiscard]] static std::unexpected<Error> no_database();

  /// The query, if `copied` went well and the statement is at its end.
  [[nodiscard]] Result<TenantQuery> finish(Result<void> copied);

 private:
  [[nodiscard]] Result<void> copy_token();
  [[nodiscard]] Result<void> copy_word();
  [[nodiscard]] Result<void> copy_symbol();

  TokenCursor& cursor_;
  const TenantQueryRules& rules_;
  std::string query_;
  bool last_is_name_ = false;
  bool behind_operand_ = false;  ///< where no parenthesis can open
  bool call_follows_ = false;    ///< a function's name was written: its parenthesis has to touch it
};

}  // namespace sluice::sql
