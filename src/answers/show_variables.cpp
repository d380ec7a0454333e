#include <algorithm>
#include <chrono>

#include "answers/answers.h"
#include "answers/row_filter.h"

// SHOW VARIABLES and SHOW STATUS: names and values, picked by LIKE or WHERE.

namespace sluice::answers {
namespace {

const std::chrono::steady_clock::time_point program_start = std::chrono::steady_clock::now();

SqlRows name_and_value_rows() {
  return text_rows({"Variable_name", "Value"});
}

}  // namespace

Result<SqlRows> answer_show_variables(const sql::ShowVariables& show, const EvaluationContext& context) {
  const bool global = show.scope == sql::Scope::global;
  SqlRows answer = name_and_value_rows();
  for (const SystemVariable& variable : system_variables()) {
    if (global && variable.scope == SystemVariable::Scope::session) continue;
    if (!name_can_match(show.filter, variable.name)) continue;  // finding the value of each costs more
    answer.rows.push_back({std::string(variable.name), context.variables.shown(variable, show.scope)});
  }
  return filter_rows(std::move(answer), show.filter, context);
}

Result<SqlRows> answer_show_status(const sql::ShowStatus& show, const EvaluationContext& context) {
  const CaptureStatus capture = context.server.capture_status();
  const auto uptime = std::chrono::floor<std::chrono::seconds>(std::chrono::steady_clock::now() - program_start);
  const auto dumps = context.server.dumps();
  const std::string semi_sync_clients = std::to_string(std::ranges::count(dumps, true, &DumpInfo::semi_sync));
  SqlRows answer = name_and_value_rows();
  answer.rows = {
      {"Rpl_semi_sync_master_clients", semi_sync_clients}, {"Rpl_semi_sync_master_status", "ON"},
      {"Rpl_semi_sync_source_clients", semi_sync_clients}, {"Rpl_semi_sync_source_status", "ON"},
      {"Ssl_cipher", context.client.tls_cipher},           {"Ssl_version", context.client.tls_version},
      {"Uptime", std::to_string(uptime.count())},          {"sluice_capture_error", capture.error},
      {"sluice_capture_source", capture.source},           {"sluice_capture_state", capture.state},
  };
  return filter_rows(std::move(answer), show.filter, context);
}

}  // namespace sluice::answers
