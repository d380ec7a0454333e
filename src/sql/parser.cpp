#include "sql/parser.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "sql/ascii.h"
#include "sql/error_code.h"
#include "sql/expression_parser.h"
#include "sql/prepare_parser.h"
#include "sql/purge_parser.h"
#include "sql/select_parser.h"
#include "sql/set_parser.h"
#include "sql/show_parser.h"
#include "sql/tenant_query_parser.h"
#include "sql/token_cursor.h"
#include "sql/tokenizer.h"

namespace sluice::sql {
namespace {

/// First words of statements that are SQL and that a Binlog instance does not do.
constexpr std::array<std::string_view, 46> other_statements = {
    "ALTER",     "ANALYZE", "BINLOG",    "CACHE",    "CALL",    "CHANGE",  "CHECK",   "CHECKSUM", "CLONE",  "CREATE",
    "DELETE",    "DO",      "DROP",      "FLUSH",    "GET",     "GRANT",   "HANDLER", "HELP",     "IMPORT", "INSERT",
    "INSTALL",   "LOAD",    "LOCK",      "OPTIMIZE", "RELEASE", "RENAME",  "REPAIR",  "REPLACE",  "RESET",  "RESIGNAL",
    "RESTART",   "REVOKE",  "SAVEPOINT", "SHUTDOWN", "SIGNAL",  "SLAVEOF", "START",   "STOP",     "TABLE",  "TRUNCATE",
    "UNINSTALL", "UNLOCK",  "UPDATE",    "VALUES",   "WITH",    "XA",
};

class StatementParser {
 public:
  StatementParser(const TokenizedStatement& statement, const ParseRules& rules)
      : cursor_(statement),
        rules_(rules),
        expressions_{.dialect = rules.dialect, .parameters = rules.parameters},
        tenant_{.database = rules.database, .parameters = rules.parameters} {}

  Result<Statement> parse() {
    if (cursor_.accept_word("SELECT")) {
      return as_statement(selects_from_table() ? parse_select_from_table() : parse_plain_select());
    }
    if (cursor_.accept_word("SET")) return as_statement(parse_set(cursor_, expressions_));
    if (cursor_.accept_word("SHOW")) return parse_show(cursor_, rules_);
    if (cursor_.accept_word("PURGE")) return as_statement(parse_purge(cursor_, expressions_));
    if (cursor_.accept_word("USE")) return parse_use();
    if (cursor_.accept_word("KILL")) return parse_kill();
    if (cursor_.accept_word("DESCRIBE") || cursor_.accept_word("DESC") || cursor_.accept_word("EXPLAIN")) {
      return as_statement(parse_describe(cursor_, tenant_));
    }
    if (cursor_.at_one_of({"BEGIN", "COMMIT", "ROLLBACK"}) ||
        (cursor_.at_word("START") && cursor_.at_word("TRANSACTION", 1))) {
      return parse_transaction_control();
    }
    if (cursor_.accept_word("REPORT")) return parse_report();
    if (auto prepare = parse_prepare(cursor_, expressions_); !prepare || *prepare) {
      return prepare ? Result<Statement>(std::move(**prepare)) : std::unexpected(std::move(prepare.error()));
    }
    const Token& first = cursor_.peek();
    if (first.kind == TokenKind::word &&
        std::ranges::find(other_statements, to_upper(first.text)) != other_statements.end()) {
      return not_supported(to_upper(first.text));
    }
    return cursor_.error_here();
  }

 private:
  template <typename Kind>
  static Result<Statement> as_statement(Result<Kind> parsed) {
    if (!parsed) return std::unexpected(std::move(parsed.error()));
    return std::move(*parsed);
  }

  Result<Statement> parse_plain_select() { return as_statement(parse_select(cursor_, expressions_)); }

  Result<Statement> parse_select_from_table() {
    return as_statement(parse_information_schema_select(cursor_, tenant_));
  }

  /// Whether FROM stands outside of parentheses, and something else than DUAL behind it.
  [[nodiscard]] bool selects_from_table() const {
    int depth = 0;
    for (std::size_t ahead = 0; cursor_.peek(ahead).kind != TokenKind::end; ++ahead) {
      if (cursor_.at_symbol("(", ahead)) {
        ++depth;
      } else if (cursor_.at_symbol(")", ahead)) {
        --depth;
      } else if (depth == 0 && cursor_.at_word("FROM", ahead)) {
        return !cursor_.at_word("DUAL", ahead + 1);
      }
    }
    return false;
  }

  Result<Statement> parse_use() {
    auto name = cursor_.expect_name();
    if (!name) return std::unexpected(std::move(name.error()));
    if (auto end = cursor_.expect_end(); !end) return std::unexpected(std::move(end.error()));
    return UseDatabase{std::move(*name)};
  }

  /// KILL [CONNECTION | QUERY] id
  Result<Statement> parse_kill() {
    const bool query_only = cursor_.accept_word("QUERY");
    if (!query_only) cursor_.accept_word("CONNECTION");
    auto id = parse_expression(cursor_, expressions_);
    if (!id) return std::unexpected(std::move(id.error()));
    if (auto end = cursor_.expect_end(); !end) return std::unexpected(std::move(end.error()));
    return Kill{.query_only = query_only, .id = std::move(*id)};
  }

  /// REPORT [timestamp]
  Result<Statement> parse_report() {
    Report report;
    if (cursor_.peek().kind == TokenKind::number) {
      const std::string digits = cursor_.peek().text;
      const auto [stop, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), report.since);
      if (failed != std::errc() || stop != digits.data() + digits.size()) return cursor_.error_here();
      cursor_.next();
    }
    if (auto end = cursor_.expect_end(); !end) return std::unexpected(std::move(end.error()));
    return report;
  }

  Result<Statement> parse_transaction_control() {
    Result<void> words;
    if (cursor_.accept_words({"START", "TRANSACTION"})) {
      words = skip_start_modifiers();
    } else if (cursor_.accept_word("BEGIN")) {
      cursor_.accept_word("WORK");
    } else {
      const bool rollback = cursor_.at_word("ROLLBACK");
      cursor_.next();
      cursor_.accept_word("WORK");
      if (rollback && cursor_.accept_word("TO")) return no_savepoint();
      words = skip_completion();
    }
    if (!words) return std::unexpected(std::move(words.error()));
    if (auto end = cursor_.expect_end(); !end) return std::unexpected(std::move(end.error()));
    return TransactionControl{};
  }

  Result<void> skip_start_modifiers() {
    if (cursor_.peek().kind != TokenKind::word) {
      return {};
    }
    do {
      if (!cursor_.accept_words({"WITH", "CONSISTENT", "SNAPSHOT"}) && !cursor_.accept_words({"READ", "ONLY"}) &&
          !cursor_.accept_words({"READ", "WRITE"})) {
        return cursor_.error_here();
      }
    } while (cursor_.accept_symbol(","));
    return {};
  }

  /// [AND [NO] CHAIN] [[NO] RELEASE]
  Result<void> skip_completion() {
    if (!cursor_.accept_words({"AND", "NO", "CHAIN"})) {
      cursor_.accept_words({"AND", "CHAIN"});
    }
    if (cursor_.at_word("RELEASE")) return not_supported("COMMIT RELEASE");
    cursor_.accept_words({"NO", "RELEASE"});
    return {};
  }

  Result<Statement> no_savepoint() {
    cursor_.accept_word("SAVEPOINT");
    auto name = cursor_.expect_name();
    if (!name) return std::unexpected(std::move(name.error()));
    if (auto end = cursor_.expect_end(); !end) return std::unexpected(std::move(end.error()));
    return fail(ErrorKind::invalid, "SAVEPOINT " + *name + " does not exist", error_code::does_not_exist);
  }

  TokenCursor cursor_;
  const ParseRules& rules_;
  const ExpressionRules expressions_;
  const TenantQueryRules tenant_;
};

}  // namespace

Result<TokenizedStatement> tokenize_statement(std::string_view text, const ParseRules& rules) {
  if (text.size() > rules.size_max) {
    return fail(ErrorKind::limit, "Got a packet bigger than 'max_allowed_packet' bytes", error_code::packet_too_large);
  }
  auto tokens = tokenize(text, rules.dialect);
  if (!tokens) return tokens;
  TokenCursor start(*tokens);
  start.accept_symbol(";");
  if (start.at_end()) return fail(ErrorKind::invalid, "Query was empty", error_code::empty_query);
  return tokens;
}

Result<Statement> parse_tokens(const TokenizedStatement& tokens, const ParseRules& rules) {
  return StatementParser(tokens, rules).parse();
}

Result<Statement> parse_statement(std::string_view text, const ParseRules& rules) {
  const auto tokens = tokenize_statement(text, rules);
  if (!tokens) return std::unexpected(tokens.error());
  return parse_tokens(*tokens, rules);
}

}  // namespace sluice::sql
