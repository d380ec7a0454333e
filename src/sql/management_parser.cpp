#include "sql/management_parser.h"

#include <utility>

#include "sql/account_parser.h"
#include "sql/binlog_statement_parser.h"
#include "sql/management_parts.h"
#include "sql/option_list.h"

namespace sluice::sql {
namespace {

/// Where FOR {INSTANCE | TENANT | CLUSTER} stands; the number of tokens if nowhere.
std::size_t find_level(const TokenizedStatement& statement) {
  const TokenCursor cursor(statement);
  for (std::size_t i = 0; i < statement.tokens.size(); ++i) {
    if (cursor.at_word("FOR", i) && cursor.at_one_of({"INSTANCE", "TENANT", "CLUSTER"}, i + 1)) return i;
  }
  return statement.tokens.size();
}

/// The statement without its tokens from `count` on; what is missing then is missed at that place.
TokenizedStatement start_of(const TokenizedStatement& statement, std::size_t count) {
  TokenizedStatement start{.source = statement.source, .tokens = {}, .comments = statement.comments};
  start.tokens.assign(statement.tokens.begin(), statement.tokens.begin() + static_cast<std::ptrdiff_t>(count));
  const std::uint32_t end = statement.tokens[count].begin;
  start.tokens.push_back({.kind = TokenKind::end, .begin = end, .end = end, .text = {}});
  return start;
}

class ManagementParser {
 public:
  ManagementParser(const TokenizedStatement& statement, const ParseRules& rules)
      : statement_(statement), rules_(rules) {}

  Result<ManagementStatement> parse() {
    TokenCursor cursor(statement_);
    for (const auto parse_own : {&parse_account_statement, &parse_binlog_statement}) {
      auto own = parse_own(cursor);
      if (!own) return std::unexpected(std::move(own.error()));
      if (*own) return std::move(**own);
    }
    if (cursor.accept_word("SHOW")) {
      auto show = parse_binlog_show(cursor);
      if (!show) return std::unexpected(std::move(show.error()));
      if (*show) return std::move(**show);
    }
    const std::size_t level_at = find_level(statement_);
    return level_at < statement_.tokens.size() ? parse_with_level(level_at) : parse_plain();
  }

 private:
  /// What an instance would read too.
  Result<ManagementStatement> parse_plain() {
    auto statement = parse_tokens(statement_, rules_);
    if (!statement) return std::unexpected(std::move(statement.error()));
    if (std::holds_alternative<PurgeLogs>(*statement)) return management_error("Binlog instance is not specified");
    if (auto* const show = std::get_if<ShowParameters>(&*statement)) {
      return ShowParametersOf{.level = WholeCluster{}, .filter = std::move(show->filter)};
    }
    return std::move(*statement);
  }

  Result<ManagementStatement> parse_with_level(std::size_t level_at) {
    TokenCursor cursor(statement_);
    for (std::size_t i = 0; i <= level_at; ++i) {
      if (cursor.at_symbol(";")) return cursor.error_here();
      cursor.next();
    }
    auto level = parse_level(cursor);
    if (!level) return std::unexpected(std::move(level.error()));
    if (auto end = cursor.expect_end(); !end) return std::unexpected(std::move(end.error()));
    const TokenizedStatement start = start_of(statement_, level_at);
    if (TokenCursor set(start); set.accept_words({"SET", "GLOBAL"})) {
      auto changes = parse_parameter_changes(set, true);
      if (!changes) return std::unexpected(std::move(changes.error()));
      if (!set.at_end()) return set.error_here();
      return SetParameters{.level = std::move(*level), .changes = std::move(*changes)};
    }
    auto statement = parse_tokens(start, rules_);
    if (!statement) return std::unexpected(std::move(statement.error()));
    return combine(std::move(*statement), std::move(*level), level_at);
  }

  Result<ManagementStatement> combine(Statement statement, Level level, std::size_t level_at) {
    if (auto* const show = std::get_if<ShowParameters>(&statement)) {
      return ShowParametersOf{.level = std::move(level), .filter = std::move(show->filter)};
    }
    if (auto* const instance = std::get_if<InstanceName>(&level)) {
      auto question = as_question(std::move(statement));
      if (question) return AskInstance{.instance = std::move(*instance), .question = std::move(*question)};
    } else if (auto* const tenant = std::get_if<TenantName>(&level)) {
      if (auto* const purge = std::get_if<PurgeLogs>(&statement)) {
        return PurgeForTenant{.tenant = std::move(*tenant), .purge = std::move(*purge)};
      }
    }
    TokenCursor cursor(statement_);
    for (std::size_t i = 0; i < level_at; ++i) {
      cursor.next();
    }
    return cursor.error_here();
  }

  static std::optional<AskInstance::Question> as_question(Statement statement) {
    return std::visit(
        []<typename Kind>(Kind&& kind) -> std::optional<AskInstance::Question> {
          if constexpr (std::is_constructible_v<AskInstance::Question, Kind>) {
            return AskInstance::Question(std::forward<Kind>(kind));
          } else {
            return std::nullopt;
          }
        },
        std::move(statement));
  }

  const TokenizedStatement& statement_;
  const ParseRules& rules_;
};

}  // namespace

Result<ManagementStatement> parse_management_statement(std::string_view text, const ParseRules& rules) {
  auto tokens = tokenize_statement(text, rules);
  if (!tokens) return std::unexpected(std::move(tokens.error()));
  return ManagementParser(*tokens, rules).parse();
}

}  // namespace sluice::sql
