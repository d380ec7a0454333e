#include "answers/statement_executor.h"

#include <algorithm>

#include <fmt/format.h>

#include "answers/answers.h"
#include "answers/follower_statements.h"
#include "answers/purge_logs.h"
#include "answers/report.h"
#include "answers/row_filter.h"
#include "answers/session_statements.h"
#include "answers/set_statement.h"
#include "answers/version_number.h"
#include "sql/error_code.h"
#include "sql/utf8.h"

namespace sluice::answers {
namespace {

namespace error_code = sql::error_code;

constexpr std::size_t statement_size_max = 1U << 20U;
/// Of a prepared statement with its values put in.
constexpr std::size_t filled_statement_size_max = 16U << 20U;
/// How long the end of the log is told late, at the most, so that what was committed before is in it.
constexpr std::chrono::seconds source_wait_max{1};
/// MySQL: 64 characters.
constexpr std::size_t database_name_size_max = 256;

/// Whether carrying a statement out may take longer than looking something up.
struct Blocks {
  bool operator()(const sql::TenantQuery& /*query*/) const { return true; }
  bool operator()(const sql::ShowBinlogEvents& /*show*/) const { return true; }
  bool operator()(const sql::ShowBinlogMarks& /*show*/) const { return true; }
  bool operator()(const sql::ShowBinlogChecksum& /*show*/) const { return true; }
  bool operator()(const sql::PurgeLogs& /*purge*/) const { return true; }
  bool operator()(const sql::Set& set) const {
    return std::ranges::any_of(set.assignments, [](const sql::Set::Assignment& assignment) {
      const auto* system = std::get_if<sql::SetSystemVariable>(&assignment);
      return system != nullptr && system->scope == sql::Scope::global;
    });
  }
  bool operator()(const auto& /*other*/) const { return false; }
};

bool blocks(const sql::Statement& statement) {
  return std::visit(Blocks{}, statement);
}

/// Carries out statements that answer with rows or with nothing.
struct Runner {
  ServerState& server;
  const EvaluationContext& context;
  SessionVariables& variables;
  UserVariables& user_variables;
  Diagnostics& diagnostics;

  static Result<StatementResult> as_result(Result<SqlRows> rows) {
    if (!rows) return std::unexpected(std::move(rows.error()));
    return std::move(*rows);
  }

  /// False while the log lacks what the source had when the statement began.
  [[nodiscard]] bool source_is_reached() const {
    const auto ask = [this] {
      const auto progress = server.ask_source_progress();
      if (!progress) return SqlWait{.over = [] { return true; }};
      return SqlWait{.over = [progress, &log = server.log()] { return progress->reached(log); },
                     .until = std::chrono::steady_clock::now() + source_wait_max,
                     .begin = [progress](std::function<void()> wake) { progress->when_answered(std::move(wake)); }};
    };
    return context.waits.meet(ask) != StatementWaits::Outcome::waiting;
  }

  Result<StatementResult> operator()(const sql::Select& select) const {
    // Clients ask for either, to go on from what they have just committed.
    const bool asks_for_end = std::ranges::any_of(select.items, [](const sql::Select::Item& item) {
      const auto* variable = std::get_if<sql::SystemVariable>(&item.expression.node);
      return variable != nullptr && variable->name == "gtid_executed";
    });
    if (asks_for_end && !source_is_reached()) return StatementWaits::waiting_error();
    return as_result(answer_select(select, context));
  }

  Result<StatementResult> operator()(const sql::Set& set) const {
    if (auto done = execute_set(set, context, variables, user_variables, diagnostics); !done) {
      return std::unexpected(std::move(done.error()));
    }
    return SqlOk{.affected_rows = 0, .warnings = static_cast<std::uint16_t>(diagnostics.size()), .info = {}};
  }

  Result<StatementResult> operator()(const sql::ShowVariables& show) const {
    return as_result(answer_show_variables(show, context));
  }
  Result<StatementResult> operator()(const sql::ShowStatus& show) const {
    return as_result(answer_show_status(show, context));
  }
  Result<StatementResult> operator()(const sql::ShowParameters& show) const {
    return as_result(answer_show_parameters(show, context));
  }
  Result<StatementResult> operator()(const sql::ShowMasterStatus& /*show*/) const {
    if (!source_is_reached()) return StatementWaits::waiting_error();
    return answer_master_status(server.log().status(),
                                server.parameters().flag(parameters::Parameter::binlog_gtid_display));
  }
  Result<StatementResult> operator()(const sql::ShowBinaryLogs& /*show*/) const {
    return answer_binary_logs(server.log().files(), version_number(server.server_version()));
  }
  Result<StatementResult> operator()(const sql::ShowBinlogEvents& show) const {
    return as_result(answer_binlog_events(show, context));
  }
  Result<StatementResult> operator()(const sql::ShowBinlogMarks& show) const {
    return as_result(answer_binlog_marks(show, context));
  }
  Result<StatementResult> operator()(const sql::ShowBinlogChecksum& show) const {
    return as_result(answer_binlog_checksum(show, context));
  }
  Result<StatementResult> operator()(const sql::PurgeLogs& purge) const {
    if (auto done = execute_purge(purge, context, server.log(), diagnostics); !done) {
      return std::unexpected(std::move(done.error()));
    }
    return SqlOk{.affected_rows = 0, .warnings = static_cast<std::uint16_t>(diagnostics.size()), .info = {}};
  }
  Result<StatementResult> operator()(const sql::ShowDiagnostics& show) const {
    return answer_diagnostics(show, diagnostics);
  }
  Result<StatementResult> operator()(const sql::ShowReplicas& show) const { return answer_replicas(show, server); }
  Result<StatementResult> operator()(const sql::ShowProcessList& show) const {
    return answer_process_list(show, context);
  }
  Result<StatementResult> operator()(const sql::ShowDumpList& show) const { return answer_dump_list(show, context); }
  Result<StatementResult> operator()(const sql::Kill& kill) const {
    if (auto killed = execute_kill(kill, context, server); !killed) return std::unexpected(std::move(killed.error()));
    return SqlOk{};
  }
  Result<StatementResult> operator()(const sql::ShowGrants& /*show*/) const { return answer_grants(context.client); }
  Result<StatementResult> operator()(const sql::TransactionControl& /*control*/) const { return SqlOk{}; }

  Result<StatementResult> operator()(const sql::TenantQuery& query) const {
    auto rows = server.ask_tenant(query.text);
    if (!rows) {
      if (!is_mysql_error(rows.error().code)) return fail_in("cannot ask the tenant database", std::move(rows.error()));
      return std::unexpected(std::move(rows.error()));
    }
    if (rows->columns.empty()) return fail(ErrorKind::invalid, "the tenant database gave no columns");
    return answer_tenant_rows(std::move(*rows));
  }

  Result<StatementResult> operator()(const sql::Report& report) const {
    return answer_report(server.report(report.since));
  }

  // The executor's own; they do not come here.
  Result<StatementResult> operator()(const sql::UseDatabase& /*use*/) const { return SqlOk{}; }
  Result<StatementResult> operator()(const sql::PrepareNamed& /*prepare*/) const { return SqlOk{}; }
  Result<StatementResult> operator()(const sql::ExecuteNamed& /*execute*/) const { return SqlOk{}; }
  Result<StatementResult> operator()(const sql::DeallocateNamed& /*deallocate*/) const { return SqlOk{}; }
};

std::unexpected<Error> unknown_handler(std::string_view name, std::string_view statement) {
  return fail(ErrorKind::not_found,
              fmt::format("Unknown prepared statement handler ({}) given to {}", sql::utf8_start(name, 64), statement),
              error_code::unknown_prepared_statement);
}

sql::Value to_value(const SqlParameter& parameter) {
  return std::visit([](const auto& content) -> sql::Value { return content; }, parameter);
}

}  // namespace

StatementExecutor::StatementExecutor(ServerState& server, const SqlClient& client)
    : server_(server), client_(client), database_(client.database), variables_(server_, client_, diagnostics_) {}

sql::ParseRules StatementExecutor::rules(const sql::Dialect& dialect) const {
  return {.dialect = dialect, .database = database_, .parameters = false, .size_max = statement_size_max};
}

bool StatementExecutor::may_block(std::string_view sql) const {
  const auto statement = sql::parse_statement(sql, rules(variables_.dialect()));
  if (!statement) return false;
  if (const auto* execute = std::get_if<sql::ExecuteNamed>(&*statement)) {
    const auto found = named_.find(execute->name);
    return found != named_.end() && found->second.may_block;
  }
  return blocks(*statement);
}

bool StatementExecutor::may_block_prepared(std::uint32_t id) const {
  const PreparedStatement* prepared = prepared_.find(id);
  return prepared != nullptr && prepared->may_block;
}

StatementResult StatementExecutor::execute(std::string_view sql) {
  return run(sql, rules(variables_.dialect()));
}

StatementResult StatementExecutor::run(std::string_view text, const sql::ParseRules& parse_rules) {
  if (cancellation_.cancelled()) {
    cancellation_.end_statement();
    waits_.forget();
    return to_sql_error({ErrorKind::closed, "Query execution was interrupted", error_code::interrupted});
  }
  const auto statement = sql::parse_statement(text, parse_rules);
  if (!statement) {
    waits_.forget();
    return refuse(statement.error());
  }
  if (!std::holds_alternative<sql::ShowDiagnostics>(*statement)) diagnostics_.clear();
  if (!waits_.resumed()) cancellation_.begin_statement();
  waits_.begin();
  auto result = run_statement(*statement);
  if (auto wait = waits_.pending()) return std::move(*wait);
  cancellation_.end_statement();
  waits_.forget();
  return result ? std::move(*result) : refuse(result.error());
}

Result<StatementResult> StatementExecutor::run_statement(const sql::Statement& statement) {
  if (const auto* use = std::get_if<sql::UseDatabase>(&statement)) {
    if (auto chosen = choose_database(use->name); !chosen) return std::unexpected(std::move(chosen.error()));
    return SqlOk{};
  }
  if (const auto* prepare = std::get_if<sql::PrepareNamed>(&statement)) return prepare_named(*prepare);
  if (const auto* execute = std::get_if<sql::ExecuteNamed>(&statement)) return execute_named(*execute);
  if (const auto* deallocate = std::get_if<sql::DeallocateNamed>(&statement)) return deallocate_named(*deallocate);
  std::size_t work = 0;
  const EvaluationContext evaluation = context(work);
  return std::visit(Runner{.server = server_,
                           .context = evaluation,
                           .variables = variables_,
                           .user_variables = user_variables_,
                           .diagnostics = diagnostics_},
                    statement);
}

EvaluationContext StatementExecutor::context(std::size_t& work) {
  return {.server = server_,
          .client = client_,
          .database = database_,
          .variables = variables_,
          .user_variables = user_variables_,
          .cancellation = cancellation_,
          .waits = waits_,
          .now = std::chrono::system_clock::now(),
          .work = work};
}

StatementResult StatementExecutor::refuse(const Error& error) {
  SqlError answer = to_sql_error(error);
  diagnostics_ = {{.error = true, .code = answer.code, .message = answer.message}};
  return answer;
}

Result<SqlRows> StatementExecutor::filter(SqlRows rows, const sql::ShowFilter& filter) {
  std::size_t work = 0;
  return filter_rows(std::move(rows), filter, context(work));
}

Result<PreparedStatement> StatementExecutor::make_prepared(std::string_view sql) const {
  const sql::Dialect dialect = variables_.dialect();
  sql::ParseRules parse_rules = rules(dialect);
  parse_rules.parameters = true;
  const auto statement = sql::parse_statement(sql, parse_rules);
  if (!statement) return std::unexpected(statement.error());
  if (std::holds_alternative<sql::PrepareNamed>(*statement) || std::holds_alternative<sql::ExecuteNamed>(*statement) ||
      std::holds_alternative<sql::DeallocateNamed>(*statement)) {
    return fail(ErrorKind::unsupported, "This command is not supported in the prepared statement protocol yet",
                error_code::not_to_be_prepared);
  }
  auto text = sql::PreparedText::make(std::string(sql), dialect);
  if (!text) return std::unexpected(std::move(text.error()));
  PreparedStatement prepared{
      .text = std::move(*text), .dialect = dialect, .columns = {}, .may_block = blocks(*statement)};
  if (const auto* select = std::get_if<sql::Select>(&*statement)) {
    for (const sql::Select::Item& item : select->items) {
      prepared.columns.push_back(item.column);
    }
  }
  return prepared;
}

std::expected<SqlPrepared, SqlError> StatementExecutor::prepare(std::string_view sql) {
  auto prepared = make_prepared(sql);
  if (!prepared) return std::unexpected(to_sql_error(prepared.error()));
  const auto parameter_count = static_cast<std::uint16_t>(prepared->text.parameter_count());
  const auto id = prepared_.add(std::move(*prepared));
  if (!id) return std::unexpected(to_sql_error(id.error()));
  return SqlPrepared{.id = *id, .parameter_count = parameter_count};
}

StatementResult StatementExecutor::execute_prepared(std::uint32_t id, std::span<const SqlParameter> parameters) {
  const PreparedStatement* prepared = prepared_.find(id);
  if (prepared == nullptr || parameters.size() != prepared->text.parameter_count()) {
    return to_sql_error({ErrorKind::not_found,
                         fmt::format("Unknown prepared statement handler ({}) given to mysqld_stmt_execute", id),
                         error_code::unknown_prepared_statement});
  }
  std::vector<sql::Value> values;
  for (const SqlParameter& parameter : parameters) {
    values.push_back(to_value(parameter));
  }
  return run_prepared(*prepared, values);
}

StatementResult StatementExecutor::run_prepared(const PreparedStatement& prepared, std::span<const sql::Value> values) {
  sql::ParseRules parse_rules = rules(prepared.dialect);
  parse_rules.size_max = filled_statement_size_max;
  StatementResult result = run(prepared.text.with_values(values, prepared.dialect), parse_rules);
  if (auto* rows = std::get_if<SqlRows>(&result)) {
    for (std::size_t i = 0; i < std::min(rows->columns.size(), prepared.columns.size()); ++i) {
      rows->columns[i].name = prepared.columns[i];
    }
  }
  return result;
}

Result<StatementResult> StatementExecutor::prepare_named(const sql::PrepareNamed& prepare) {
  named_.erase(prepare.name);  // as MySQL: also if the new one is refused
  const auto* literal = std::get_if<sql::Literal>(&prepare.text.node);
  const auto* variable = std::get_if<sql::UserVariable>(&prepare.text.node);
  if (literal == nullptr && variable == nullptr) {
    return fail(ErrorKind::invalid, "You have an error in your SQL syntax; PREPARE takes a text or a user variable",
                error_code::parse);
  }
  const sql::Value value = literal != nullptr ? literal->value : user_variables_.read(variable->name);
  auto prepared = make_prepared(sql::text_of(value).value_or("NULL"));
  if (!prepared) return std::unexpected(std::move(prepared.error()));
  if (named_.size() >= PreparedStatements::count_max) {
    return fail(ErrorKind::limit,
                fmt::format("Can't create more than max_prepared_stmt_count statements (current value: {})",
                            PreparedStatements::count_max),
                error_code::too_many_prepared_statements);
  }
  named_.emplace(prepare.name, std::move(*prepared));
  return SqlOk{.affected_rows = 0, .warnings = 0, .info = "Statement prepared"};
}

Result<StatementResult> StatementExecutor::execute_named(const sql::ExecuteNamed& execute) {
  const auto found = named_.find(execute.name);
  if (found == named_.end()) return unknown_handler(execute.name, "EXECUTE");
  if (execute.variables.size() != found->second.text.parameter_count()) {
    return fail(ErrorKind::invalid, "Incorrect arguments to EXECUTE", error_code::wrong_arguments);
  }
  std::vector<sql::Value> values;
  for (const std::string& name : execute.variables) {
    values.push_back(user_variables_.read(name));
  }
  return run_prepared(found->second, values);
}

Result<StatementResult> StatementExecutor::deallocate_named(const sql::DeallocateNamed& deallocate) {
  if (named_.erase(deallocate.name) == 0) return unknown_handler(deallocate.name, "DEALLOCATE PREPARE");
  return SqlOk{};
}

Result<void> StatementExecutor::choose_database(std::string_view name) {
  const bool possible = !name.empty() && name.size() <= database_name_size_max && sql::is_utf8(name) &&
                        !name.contains('\0') && !name.ends_with(' ');
  if (!possible) {
    return fail(ErrorKind::not_found, fmt::format("Unknown database '{}'", sql::utf8_start(name, 64)),
                error_code::unknown_database);
  }
  database_ = name;
  return {};
}

StatementResult StatementExecutor::use_database(std::string_view name) {
  diagnostics_.clear();
  if (auto chosen = choose_database(name); !chosen) return to_sql_error(chosen.error());
  return SqlOk{};
}

void StatementExecutor::reset() {
  variables_.begin();
  user_variables_.clear();
  prepared_.clear();
  named_.clear();
  diagnostics_.clear();
}

void StatementExecutor::change_client(const SqlClient& client) {
  client_ = client;
  reset();
  database_ = client.database;
}

std::optional<std::string> StatementExecutor::user_variable(std::string_view name) const {
  return sql::text_of(user_variables_.read(name));
}

}  // namespace sluice::answers
