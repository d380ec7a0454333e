#include "answers/sql_functions.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/random.h"
#include "binlog/uuid.h"
#include "sql/ascii.h"
#include "sql/error_code.h"
#include "sql/operators.h"

namespace sluice::answers {
namespace {

using Arguments = SqlFunction::Arguments;
using sql::Value;

constexpr std::size_t any_number = 4096;

std::unexpected<Error> text_too_large() {
  return fail(
      ErrorKind::limit,
      fmt::format("Result of concat() was larger than max_allowed_packet ({}) - truncated", function_text_size_max),
      sql::error_code::result_too_large);
}

Result<Value> call_version(const EvaluationContext& context, Arguments /*arguments*/) {
  return context.server.server_version();
}

Result<Value> call_unix_timestamp(const EvaluationContext& context, Arguments /*arguments*/) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(context.now).time_since_epoch();
  return std::int64_t{seconds.count()};
}

Result<Value> call_database(const EvaluationContext& context, Arguments /*arguments*/) {
  if (context.database.empty()) return sql::null_result();
  return context.database;
}

Result<Value> call_user(const EvaluationContext& context, Arguments /*arguments*/) {
  return context.client.user + "@" + context.client.host;
}

/// The account, which does not depend on where the client is.
Result<Value> call_current_user(const EvaluationContext& context, Arguments /*arguments*/) {
  return context.client.user + "@%";
}

Result<Value> call_connection_id(const EvaluationContext& context, Arguments /*arguments*/) {
  return std::uint64_t{context.client.connection_id};
}

Result<Value> call_concat(const EvaluationContext& /*context*/, Arguments arguments) {
  std::string result;
  for (const Value& argument : arguments) {
    const auto text = sql::text_of(argument);
    if (!text) return sql::null_result();
    if (result.size() + text->size() > function_text_size_max) return text_too_large();
    result += *text;
  }
  return result;
}

/// CONCAT_WS(separator, ...) leaves NULLs out.
Result<Value> call_concat_with_separator(const EvaluationContext& /*context*/, Arguments arguments) {
  const auto separator = sql::text_of(arguments[0]);
  if (!separator) return sql::null_result();
  std::string result;
  bool first = true;
  for (const Value& argument : arguments.subspan(1)) {
    const auto text = sql::text_of(argument);
    if (!text) continue;
    if (result.size() + separator->size() + text->size() > function_text_size_max) return text_too_large();
    if (!first) result += *separator;
    result += *text;
    first = false;
  }
  return result;
}

Result<Value> call_if(const EvaluationContext& /*context*/, Arguments arguments) {
  return sql::is_true(arguments[0]) == true ? arguments[1] : arguments[2];
}

/// IFNULL is COALESCE with two.
Result<Value> call_coalesce(const EvaluationContext& /*context*/, Arguments arguments) {
  const auto first = std::ranges::find_if_not(arguments, sql::is_null);
  if (first == arguments.end()) return sql::null_result();
  return *first;
}

Result<Value> call_nullif(const EvaluationContext& /*context*/, Arguments arguments) {
  const auto equal = sql::apply(sql::BinaryOperator::equal, arguments[0], arguments[1]);
  if (!equal) return equal;
  if (sql::is_true(*equal) == true) return sql::null_result();
  return arguments[0];
}

Result<Value> change_case(const Value& argument, std::string (*change)(std::string_view)) {
  const auto text = sql::text_of(argument);
  if (!text) return sql::null_result();
  return change(*text);
}

Result<Value> call_lower(const EvaluationContext& /*context*/, Arguments arguments) {
  return change_case(arguments[0], sql::to_lower);
}

Result<Value> call_upper(const EvaluationContext& /*context*/, Arguments arguments) {
  return change_case(arguments[0], sql::to_upper);
}

/// A random one (RFC 9562, version 4).
Result<Value> call_uuid(const EvaluationContext& /*context*/, Arguments /*arguments*/) {
  binlog::Uuid uuid;
  fill_random(uuid.bytes);
  uuid.bytes[6] = static_cast<std::uint8_t>((uuid.bytes[6] & 0x0FU) | 0x40U);
  uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3FU) | 0x80U);
  return uuid.text();
}

constexpr SqlFunction functions[] = {
    {"COALESCE", 1, any_number, call_coalesce},
    {"CONCAT", 1, any_number, call_concat},
    {"CONCAT_WS", 2, any_number, call_concat_with_separator},
    {"CONNECTION_ID", 0, 0, call_connection_id},
    {"CURDATE", 0, 0, call_current_date},
    {"CURRENT_DATE", 0, 0, call_current_date},
    {"CURRENT_TIME", 0, 1, call_current_time},
    {"CURRENT_TIMESTAMP", 0, 1, call_now},
    {"CURRENT_USER", 0, 0, call_current_user},
    {"CURTIME", 0, 1, call_current_time},
    {"DATABASE", 0, 0, call_database},
    {"GTID_SUBSET", 2, 2, call_gtid_subset},
    {"GTID_SUBTRACT", 2, 2, call_gtid_subtract},
    {"IF", 3, 3, call_if},
    {"IFNULL", 2, 2, call_coalesce},
    {"LCASE", 1, 1, call_lower},
    {"LOCALTIME", 0, 1, call_now},
    {"LOCALTIMESTAMP", 0, 1, call_now},
    {"LOWER", 1, 1, call_lower},
    {"NOW", 0, 1, call_now},
    {"NULLIF", 2, 2, call_nullif},
    {"SCHEMA", 0, 0, call_database},
    {"SESSION_USER", 0, 0, call_user},
    {"SYSDATE", 0, 1, call_now},
    {"SYSTEM_USER", 0, 0, call_user},
    {"TIMEDIFF", 2, 2, call_timediff},
    {"TIME_TO_SEC", 1, 1, call_time_to_sec},
    {"UCASE", 1, 1, call_upper},
    {"UNIX_TIMESTAMP", 0, 0, call_unix_timestamp},
    {"UPPER", 1, 1, call_upper},
    {"USER", 0, 0, call_user},
    {"UTC_TIMESTAMP", 0, 1, call_utc_timestamp},
    {"UUID", 0, 0, call_uuid},
    {"VERSION", 0, 0, call_version},
    {waiting_function, 1, 2, call_wait_for_executed_gtid_set},
};
static_assert(std::ranges::is_sorted(functions, {}, &SqlFunction::name));

}  // namespace

const SqlFunction* find_sql_function(std::string_view name) {
  const auto* const found = std::ranges::lower_bound(functions, name, {}, &SqlFunction::name);
  return found != std::end(functions) && found->name == name ? found : nullptr;
}

}  // namespace sluice::answers
