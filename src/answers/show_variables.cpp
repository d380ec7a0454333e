#include <algorithm>
#include <chrono>

#include "answers/answers.h"
#include "sql/ascii.h"
#include "sql/error_code.h"
#include "sql/like.h"

// SHOW VARIABLES and SHOW STATUS: names and values, picked by LIKE or WHERE.

namespace sluice::answers {
namespace {

constexpr std::string_view name_column = "Variable_name";
constexpr std::string_view value_column = "Value";

const std::chrono::steady_clock::time_point program_start = std::chrono::steady_clock::now();

struct NamedValue {
  std::string name;
  std::string value;
};

/// Says of names and values whether a SHOW tells them.
class Filter {
 public:
  Filter(const sql::ShowFilter& filter, const EvaluationContext& context) : filter_(filter), context_(context) {
    context_.column = [this](std::string_view name) -> std::optional<sql::Value> {
      if (sql::equals_ignoring_case(name, name_column)) return current_->name;
      if (sql::equals_ignoring_case(name, value_column)) return current_->value;
      return std::nullopt;
    };
  }
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;

  Result<bool> lets_through(const NamedValue& candidate) {
    if (filter_.like) {
      const auto* pattern = std::get_if<sql::Literal>(&filter_.like->node);
      return pattern != nullptr &&
             sql::matches_like(candidate.name, sql::text_of(pattern->value).value_or(std::string()));
    }
    if (!filter_.where) return true;
    current_ = &candidate;
    const auto holds = evaluate(*filter_.where, context_);
    if (!holds) return std::unexpected(holds.error());
    return sql::is_true(*holds) == true;
  }

 private:
  const sql::ShowFilter& filter_;
  EvaluationContext context_;
  const NamedValue* current_ = nullptr;
};

Result<SqlRows> answer(const std::vector<NamedValue>& candidates, const sql::ShowFilter& filter,
                       const EvaluationContext& context) {
  SqlRows rows = text_rows({std::string(name_column), std::string(value_column)});
  Filter lets(filter, context);
  for (const NamedValue& candidate : candidates) {
    const auto through = lets.lets_through(candidate);
    if (!through) return std::unexpected(through.error());
    if (*through) rows.rows.push_back({candidate.name, candidate.value});
  }
  return rows;
}

/// The plain names a WHERE or LIKE can be about cost nothing; the values of all variables cost looking them up.
bool name_can_match(const sql::ShowFilter& filter, std::string_view name) {
  if (!filter.like) return true;
  const auto* pattern = std::get_if<sql::Literal>(&filter.like->node);
  return pattern != nullptr && sql::matches_like(name, sql::text_of(pattern->value).value_or(std::string()));
}

}  // namespace

Result<SqlRows> answer_show_variables(const sql::ShowVariables& show, const EvaluationContext& context) {
  const bool global = show.scope == sql::Scope::global;
  std::vector<NamedValue> candidates;
  for (const SystemVariable& variable : system_variables()) {
    if (global && variable.scope == SystemVariable::Scope::session) continue;
    if (!name_can_match(show.filter, variable.name)) continue;
    candidates.push_back({.name = std::string(variable.name), .value = context.variables.shown(variable, show.scope)});
  }
  return answer(candidates, show.filter, context);
}

Result<SqlRows> answer_show_status(const sql::ShowStatus& show, const EvaluationContext& context) {
  const CaptureStatus capture = context.server.capture_status();
  const auto uptime = std::chrono::floor<std::chrono::seconds>(std::chrono::steady_clock::now() - program_start);
  const std::vector<NamedValue> candidates = {
      {.name = "Ssl_cipher", .value = ""},
      {.name = "Ssl_version", .value = ""},
      {.name = "Uptime", .value = std::to_string(uptime.count())},
      {.name = "sluice_capture_error", .value = capture.error},
      {.name = "sluice_capture_source", .value = capture.source},
      {.name = "sluice_capture_state", .value = capture.state},
  };
  return answer(candidates, show.filter, context);
}

}  // namespace sluice::answers
