#pragma once

#include <span>
#include <string_view>

#include "answers/evaluation.h"
#include "base/error.h"
#include "sql/value.h"

namespace sluice::answers {

/// A function of SQL: how many arguments it takes and what it does with them.
struct SqlFunction {
  using Arguments = std::span<const sql::Value>;
  using Call = Result<sql::Value> (*)(const EvaluationContext& context, Arguments arguments);

  std::string_view name;  ///< upper case
  std::size_t arguments_min = 0;
  std::size_t arguments_max = 0;
  Call call = nullptr;
};

/// By name in upper case; nullptr if we have none of that name.
[[nodiscard]] const SqlFunction* find_sql_function(std::string_view name);

/// Bytes a text made by a function may have (error 1301 beyond), so that a session cannot make itself large.
inline constexpr std::size_t function_text_size_max = 1U << 20U;

// Those with more to them than a line, by what they are about.
[[nodiscard]] Result<sql::Value> call_gtid_subset(const EvaluationContext& context, SqlFunction::Arguments arguments);
[[nodiscard]] Result<sql::Value> call_gtid_subtract(const EvaluationContext& context, SqlFunction::Arguments arguments);
[[nodiscard]] Result<sql::Value> call_wait_for_executed_gtid_set(const EvaluationContext& context,
                                                                 SqlFunction::Arguments arguments);
[[nodiscard]] Result<sql::Value> call_now(const EvaluationContext& context, SqlFunction::Arguments arguments);
[[nodiscard]] Result<sql::Value> call_utc_timestamp(const EvaluationContext& context, SqlFunction::Arguments arguments);
[[nodiscard]] Result<sql::Value> call_current_date(const EvaluationContext& context, SqlFunction::Arguments arguments);
[[nodiscard]] Result<sql::Value> call_current_time(const EvaluationContext& context, SqlFunction::Arguments arguments);
[[nodiscard]] Result<sql::Value> call_timediff(const EvaluationContext& context, SqlFunction::Arguments arguments);
[[nodiscard]] Result<sql::Value> call_time_to_sec(const EvaluationContext& context, SqlFunction::Arguments arguments);

}  // namespace sluice::answers
