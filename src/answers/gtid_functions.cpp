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
/// MySQL waits forever without a timeout; we for a day, so that no worker is lost to a client that is gone for good.
constexpr std::chrono::hours wait_max{24};
/// How often we look: each time costs a copy of the executed set.
constexpr std::chrono::milliseconds look_interval{20};

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
  const auto wanted = parse_argument(arguments[0]);
  if (!wanted) return std::unexpected(wanted.error());
  const auto timeout = parse_timeout(arguments);
  if (!timeout) return std::unexpected(timeout.error());
  const auto end =
      std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(*timeout);
  for (;;) {
    if (wanted->is_subset_of(context.server.log().executed())) return Value(std::int64_t{0});
    const auto now = std::chrono::steady_clock::now();
    if (now >= end) return Value(std::int64_t{1});
    if (context.cancellation.wait_until(std::min(end, now + look_interval))) {
      return fail(ErrorKind::closed, "Query execution was interrupted", sql::error_code::interrupted);
    }
  }
}

}  // namespace sluice::answers
