#include <fmt/format.h>

#include "answers/sql_functions.h"
#include "binlog/gtid_set.h"
#include "sql/error_code.h"
#include "sql/utf8.h"

// The functions on GTID sets (manual: "GTID Functions").

namespace sluice::answers {
namespace {

using sql::Value;

constexpr std::size_t text_shown_max = 200;
/// Without a timeout MySQL waits for ever; so do we, as far as anybody can tell.
constexpr std::chrono::hours wait_max{24 * 365};

Result<binlog::GtidSet> parse_argument(const Value& argument) {
  const std::string text = sql::text_of(argument).value_or("NULL");
  auto set = binlog::parse_gtid_set(text);
  if (!set) {
    return fail(ErrorKind::invalid,
                fmt::format("Malformed GTID set specification '{}'.", sql::utf8_start(text, text_shown_max)),
                sql::error_code::malformed_gtid_set);
  }
  return set;
}

/// How long to wait; an error for NULL and below zero. No argument or 0 is as long as we do.
Result<std::chrono::duration<double>> parse_timeout(SqlFunction::Arguments arguments) {
  const std::chrono::duration<double> longest = wait_max;
  if (arguments.size() < 2) return longest;
  const double seconds = sql::number_of(arguments[1]);
  if (sql::is_null(arguments[1]) || seconds < 0) {
    return fail(ErrorKind::invalid, fmt::format("Incorrect arguments to {}.", waiting_function),
                sql::error_code::wrong_arguments);
  }
  return seconds == 0 ? longest : std::min(longest, std::chrono::duration<double>(seconds));
}

}  // namespace

Result<Value> call_gtid_subset(const EvaluationContext& /*context*/, SqlFunction::Arguments arguments) {
  if (sql::is_null(arguments[0]) || sql::is_null(arguments[1])) return sql::null_result();
  const auto subset = parse_argument(arguments[0]);
  if (!subset) return std::unexpected(subset.error());
  const auto set = parse_argument(arguments[1]);
  if (!set) return std::unexpected(set.error());
  return sql::truth(subset->is_subset_of(*set));
}

Result<Value> call_gtid_subtract(const EvaluationContext& /*context*/, SqlFunction::Arguments arguments) {
  if (sql::is_null(arguments[0]) || sql::is_null(arguments[1])) return sql::null_result();
  auto set = parse_argument(arguments[0]);
  if (!set) return std::unexpected(set.error());
  const auto removed = parse_argument(arguments[1]);
  if (!removed) return std::unexpected(removed.error());
  set->remove(*removed);
  return set->text(",\n");
}

Result<Value> call_wait_for_executed_gtid_set(const EvaluationContext& context, SqlFunction::Arguments arguments) {
  auto wanted = parse_argument(arguments[0]);
  if (!wanted) return std::unexpected(std::move(wanted.error()));
  const auto timeout = parse_timeout(arguments);
  if (!timeout) return std::unexpected(timeout.error());
  const auto outcome = context.waits.meet([&] {
    const auto end =
        std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(*timeout);
    return SqlWait{
        .over = [wanted = std::move(*wanted), &log = context.server.log()] { return log.has_executed(wanted); },
        .until = end};
  });
  if (outcome == StatementWaits::Outcome::waiting) return StatementWaits::waiting_error();
  return Value(std::int64_t{outcome == StatementWaits::Outcome::over ? 0 : 1});
}

}  // namespace sluice::answers
