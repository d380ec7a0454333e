#include "sql/show_parser.h"

#include <array>

#include "sql/ascii.h"
#include "sql/error_code.h"
#include "sql/expression_parser.h"
#include "sql/select_parser.h"
#include "sql/tenant_query_parser.h"

namespace sluice::sql {
namespace {

/// What else MySQL shows, so that we can say we do not instead of calling it wrong.
constexpr std::array<std::string_view, 24> shown_elsewhere = {
    "ALL",      "AUTHORS",  "BINLOG",   "CREATE",  "ENGINE",     "ERRORS",  "EVENTS",     "EXPLAIN",
    "FUNCTION", "INDEX",    "MASTER",   "OPEN",    "PARSE_TREE", "PLUGINS", "PRIVILEGES", "PROCEDURE",
    "PROFILE",  "PROFILES", "RELAYLOG", "REPLICA", "SLAVE",      "TABLE",   "TRIGGERS",   "USER_STATISTICS"};

class ShowParser {
 public:
  ShowParser(TokenCursor& cursor, const ParseRules& rules)
      : cursor_(cursor), rules_(rules), expressions_{.dialect = rules.dialect, .parameters = rules.parameters} {}

  Result<Statement> parse() {
    if (auto own = parse_own(); !own || *own) {
      return own ? Result<Statement>(std::move(**own)) : std::unexpected(std::move(own.error()));
    }
    const TenantQueryRules rules{.database = rules_.database, .parameters = rules_.parameters};
    auto query = parse_metadata_show(cursor_, rules);
    if (!query) return std::unexpected(std::move(query.error()));
    if (*query) return std::move(**query);
    for (const std::string_view word : shown_elsewhere) {
      if (cursor_.at_word(word)) return not_supported("SHOW " + std::string(word));
    }
    return cursor_.error_here();
  }

 private:
  /// What we answer ourselves; nothing, and the cursor where it was, for anything else.
  Result<std::optional<Statement>> parse_own() {
    const bool global = cursor_.at_word("GLOBAL");
    const bool scoped = global || cursor_.at_one_of({"SESSION", "LOCAL"});
    if (cursor_.at_one_of({"VARIABLES", "STATUS"}, scoped ? 1 : 0)) {
      return parse_variables(global ? Scope::global : Scope::session, scoped);
    }
    if (cursor_.accept_word("PARAMETERS")) {
      auto filter = parse_filter();
      if (!filter) return std::unexpected(std::move(filter.error()));
      return ended(ShowParameters{std::move(*filter)});
    }
    if (cursor_.accept_words({"MASTER", "STATUS"}) || cursor_.accept_words({"BINARY", "LOG", "STATUS"})) {
      return ended(ShowMasterStatus{});
    }
    if (cursor_.accept_words({"BINARY", "LOGS"}) || cursor_.accept_words({"MASTER", "LOGS"})) {
      return ended(ShowBinaryLogs{});
    }
    if (cursor_.accept_words({"BINLOG", "EVENTS"})) return parse_binlog_events();
    if (cursor_.accept_words({"BINLOG", "MARKS"})) return parse_binlog_marks();
    if (cursor_.accept_words({"BINLOG", "CHECKSUM"})) return parse_binlog_checksum();
    if (cursor_.accept_words({"SLAVE", "HOSTS"}) || cursor_.accept_words({"REPLICA", "HOSTS"})) {
      return ended(ShowReplicas{.new_names = false});
    }
    if (cursor_.accept_word("REPLICAS")) {
      return ended(ShowReplicas{.new_names = true});
    }
    if (cursor_.accept_word("PROCESSLIST")) {
      return ended(ShowProcessList{.full = false});
    }
    if (cursor_.accept_words({"FULL", "PROCESSLIST"})) {
      return ended(ShowProcessList{.full = true});
    }
    if (cursor_.accept_words({"BINLOG", "DUMPLIST"})) {
      return ended(ShowDumpList{.full = false});
    }
    if (cursor_.accept_words({"FULL", "BINLOG", "DUMPLIST"})) {
      return ended(ShowDumpList{.full = true});
    }
    if (cursor_.accept_word("GRANTS")) return parse_grants();
    return parse_diagnostics();
  }

  Result<std::optional<Statement>> ended(Statement statement) {
    if (auto end = cursor_.expect_end(); !end) return std::unexpected(std::move(end.error()));
    return statement;
  }

  Result<std::optional<Statement>> parse_variables(Scope scope, bool scoped) {
    if (scoped) cursor_.next();
    const bool variables = cursor_.at_word("VARIABLES");
    cursor_.next();
    auto filter = parse_filter();
    if (!filter) return std::unexpected(std::move(filter.error()));
    if (variables) {
      return ended(ShowVariables{.scope = scope, .filter = std::move(*filter)});
    }
    return ended(ShowStatus{.scope = scope, .filter = std::move(*filter)});
  }

  Result<ShowFilter> parse_filter() {
    ShowFilter filter;
    if (cursor_.accept_word("LIKE")) {
      const TokenKind kind = cursor_.peek().kind;
      if (kind != TokenKind::string && !(kind == TokenKind::placeholder && rules_.parameters)) {
        return cursor_.error_here();
      }
      if (kind == TokenKind::string) {
        filter.like = Expression{Literal{cursor_.next().text}};
      } else {
        cursor_.next();
        filter.like = Expression{Parameter{}};
      }
    } else if (cursor_.accept_word("WHERE")) {
      auto where = parse_expression(cursor_, expressions_);
      if (!where) return std::unexpected(std::move(where.error()));
      filter.where = std::move(*where);
    }
    return filter;
  }

  /// [IN 'file']
  Result<std::optional<std::string>> parse_in_file() {
    if (!cursor_.accept_word("IN")) return std::nullopt;
    if (cursor_.peek().kind != TokenKind::string) return cursor_.error_here();
    return cursor_.next().text;
  }

  /// IN 'file'
  Result<std::string> expect_in_file() {
    if (!cursor_.at_word("IN")) return cursor_.error_here();
    auto file = parse_in_file();
    if (!file) return std::unexpected(std::move(file.error()));
    return std::move(**file);
  }

  /// [word number]
  Result<std::optional<std::uint64_t>> parse_number_behind(std::string_view word) {
    if (!cursor_.accept_word(word)) return std::nullopt;
    auto number = parse_row_count(cursor_, expressions_);
    if (!number) return std::unexpected(std::move(number.error()));
    return *number;
  }

  /// [IN 'file'] [FROM position] [LIMIT]
  Result<std::optional<Statement>> parse_binlog_events() {
    ShowBinlogEvents show;
    auto file = parse_in_file();
    if (!file) return std::unexpected(std::move(file.error()));
    show.file = std::move(*file);
    auto position = parse_number_behind("FROM");
    if (!position) return std::unexpected(std::move(position.error()));
    show.position = *position;
    auto limit = parse_limit(cursor_, expressions_);
    if (!limit) return std::unexpected(std::move(limit.error()));
    show.limit = *limit;
    return ended(std::move(show));
  }

  /// IN 'file' [FROM offset] [LIMIT n]
  Result<std::optional<Statement>> parse_binlog_marks() {
    auto file = expect_in_file();
    if (!file) return std::unexpected(std::move(file.error()));
    auto from = parse_number_behind("FROM");
    if (!from) return std::unexpected(std::move(from.error()));
    auto count_max = parse_number_behind("LIMIT");
    if (!count_max) return std::unexpected(std::move(count_max.error()));
    return ended(ShowBinlogMarks{.file = std::move(*file), .from = from->value_or(0), .count_max = *count_max});
  }

  /// IN 'file' [TO offset]
  Result<std::optional<Statement>> parse_binlog_checksum() {
    auto file = expect_in_file();
    if (!file) return std::unexpected(std::move(file.error()));
    auto to = parse_number_behind("TO");
    if (!to) return std::unexpected(std::move(to.error()));
    return ended(ShowBinlogChecksum{.file = std::move(*file), .to = *to});
  }

  /// [FOR CURRENT_USER[()]]
  Result<std::optional<Statement>> parse_grants() {
    if (cursor_.accept_word("FOR")) {
      if (!cursor_.accept_word("CURRENT_USER")) return not_supported("SHOW GRANTS of another user");
      if (cursor_.accept_symbol("(")) {
        if (auto close = cursor_.expect_symbol(")"); !close) return std::unexpected(std::move(close.error()));
      }
    }
    return ended(ShowGrants{});
  }

  /// [COUNT(*)] {WARNINGS | ERRORS} [LIMIT]
  Result<std::optional<Statement>> parse_diagnostics() {
    ShowDiagnostics show;
    if (cursor_.at_word("COUNT") && cursor_.at_symbol("(", 1) && cursor_.at_symbol("*", 2) &&
        cursor_.at_symbol(")", 3)) {
      show.count = true;
      for (int i = 0; i < 4; ++i) {
        cursor_.next();
      }
    }
    show.errors_only = cursor_.at_word("ERRORS");
    if (!show.errors_only && !cursor_.at_word("WARNINGS")) {
      return show.count ? Result<std::optional<Statement>>(cursor_.error_here()) : std::nullopt;
    }
    cursor_.next();
    auto limit = parse_limit(cursor_, expressions_);
    if (!limit) return std::unexpected(std::move(limit.error()));
    show.limit = *limit;
    return ended(show);
  }

  TokenCursor& cursor_;
  const ParseRules& rules_;
  const ExpressionRules expressions_;
};

}  // namespace

Result<Statement> parse_show(TokenCursor& cursor, const ParseRules& rules) {
  return ShowParser(cursor, rules).parse();
}

}  // namespace sluice::sql
