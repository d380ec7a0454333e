#include "sql/purge_parser.h"

#include <array>

#include "sql/ascii.h"
#include "sql/error_code.h"

namespace sluice::sql {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t seconds = 0;
};
constexpr std::array<Unit, 5> units = {
    {{"SECOND", 1}, {"MINUTE", 60}, {"HOUR", 3600}, {"DAY", 86400}, {"WEEK", 7 * 86400}}};

class PurgeParser {
 public:
  PurgeParser(TokenCursor& cursor, const ExpressionRules& rules) : cursor_(cursor), rules_(rules) {}

  Result<PurgeLogs> parse() {
    if (!cursor_.accept_word("BINARY") && !cursor_.accept_word("MASTER")) return cursor_.error_here();
    if (auto word = cursor_.expect_word("LOGS"); !word) return std::unexpected(std::move(word.error()));
    PurgeLogs purge;
    if (cursor_.accept_word("TO")) {
      if (cursor_.peek().kind != TokenKind::string) return cursor_.error_here();
      purge.to = cursor_.next().text;
    } else if (cursor_.accept_word("BEFORE")) {
      if (auto time = parse_time(purge); !time) return std::unexpected(std::move(time.error()));
    } else {
      return cursor_.error_here();
    }
    // The vendor's: an instance is asked for itself, and its subscribers may not purge.
    if (cursor_.at_word("FOR")) return not_supported("PURGE BINARY LOGS ... FOR");
    if (auto end = cursor_.expect_end(); !end) return std::unexpected(std::move(end.error()));
    return purge;
  }

 private:
  Result<void> parse_time(PurgeLogs& purge) {
    if (cursor_.at_one_of({"DATE_SUB", "SUBDATE"}) && cursor_.at_symbol("(", 1)) {
      cursor_.next();
      cursor_.next();
      if (auto time = parse_expression_into(purge); !time) return time;
      if (auto comma = cursor_.expect_symbol(","); !comma) return comma;
      if (auto interval = parse_interval(purge); !interval) return interval;
      return cursor_.expect_symbol(")");
    }
    const std::size_t size = size_of_plain_time();
    if (size == 0 || !cursor_.at_symbol("-", size) || !cursor_.at_word("INTERVAL", size + 1)) {
      return parse_expression_into(purge);
    }
    const Token& first = cursor_.peek();
    purge.before = first.kind == TokenKind::string
                       ? Expression{Literal{first.text}}
                       : Expression{FunctionCall{.name = to_upper(first.text), .arguments = {}}};
    for (std::size_t i = 0; i <= size; ++i) {
      cursor_.next();
    }
    return parse_interval(purge);
  }

  /// How many tokens 'text', CURRENT_TIMESTAMP or NOW() has at the cursor; 0 for anything else.
  [[nodiscard]] std::size_t size_of_plain_time() const {
    if (cursor_.peek().kind == TokenKind::string) return 1;
    if (cursor_.peek().kind != TokenKind::word) return 0;
    return cursor_.at_symbol("(", 1) && cursor_.at_symbol(")", 2) ? 3 : 1;
  }

  Result<void> parse_expression_into(PurgeLogs& purge) {
    auto time = parse_expression(cursor_, rules_);
    if (!time) return std::unexpected(std::move(time.error()));
    purge.before = std::move(*time);
    return {};
  }

  Result<void> parse_interval(PurgeLogs& purge) {
    if (auto word = cursor_.expect_word("INTERVAL"); !word) return word;
    const auto number = parse_number(cursor_.peek().text);
    const auto* count = number ? std::get_if<std::int64_t>(&*number) : nullptr;
    constexpr std::int64_t count_max = 1'000'000'000;
    if (count == nullptr || *count > count_max) return cursor_.error_here();
    cursor_.next();
    for (const Unit& unit : units) {
      if (!cursor_.accept_word(unit.name)) continue;
      purge.seconds_less = *count * unit.seconds;
      return {};
    }
    if (cursor_.at_one_of({"MONTH", "QUARTER", "YEAR", "MICROSECOND"})) return not_supported("INTERVAL in this unit");
    return cursor_.error_here();
  }

  TokenCursor& cursor_;
  const ExpressionRules& rules_;
};

}  // namespace

Result<PurgeLogs> parse_purge(TokenCursor& cursor, const ExpressionRules& rules) {
  return PurgeParser(cursor, rules).parse();
}

}  // namespace sluice::sql
