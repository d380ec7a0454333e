#include "manage/management_session.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "answers/administrator.h"
#include "answers/answers.h"
#include "manage/refusal.h"
#include "manage/statements.h"
#include "mysql/user_name.h"
#include "sql/management_parser.h"
#include "sql/token_cursor.h"

namespace sluice::manage {
namespace {

using answers::StatementResult;

/// What needs no administrator; `account` says it.
bool is_for_all(const sql::ManagementStatement& statement, const std::string& account) {
  if (const auto* set = std::get_if<sql::SetPassword>(&statement)) return set->user.value_or(account) == account;
  if (const auto* ask = std::get_if<sql::AskInstance>(&statement)) {
    // It is asked as an administrator there, who sees what others say.
    return !std::holds_alternative<sql::Kill>(ask->question) &&
           !std::holds_alternative<sql::PurgeLogs>(ask->question) &&
           !std::holds_alternative<sql::ShowProcessList>(ask->question) &&
           !std::holds_alternative<sql::ShowDumpList>(ask->question);
  }
  if (const auto* rebalance = std::get_if<sql::RebalanceBinlog>(&statement)) return rebalance->dry_run;
  return std::holds_alternative<sql::ShowNodes>(statement) ||
         std::holds_alternative<sql::ShowBinlogServer>(statement) ||
         std::holds_alternative<sql::ShowBinlogStatus>(statement) ||
         std::holds_alternative<sql::ShowInstances>(statement) ||
         std::holds_alternative<sql::ShowBinlogHistory>(statement) ||
         std::holds_alternative<sql::ShowParametersOf>(statement) ||
         std::holds_alternative<sql::PurgeForTenant>(statement);
}

/// Statements about a tenant's log and its schema, which a server has not.
struct NeedsInstance {
  bool operator()(const sql::ShowMasterStatus& /*show*/) const { return true; }
  bool operator()(const sql::ShowBinaryLogs& /*show*/) const { return true; }
  bool operator()(const sql::ShowBinlogEvents& /*show*/) const { return true; }
  bool operator()(const sql::ShowBinlogMarks& /*show*/) const { return true; }
  bool operator()(const sql::ShowBinlogChecksum& /*show*/) const { return true; }
  bool operator()(const sql::PurgeLogs& /*purge*/) const { return true; }
  bool operator()(const sql::ShowDumpList& /*show*/) const { return true; }
  bool operator()(const sql::Report& /*report*/) const { return true; }
  bool operator()(const sql::TenantQuery& /*query*/) const { return true; }
  bool operator()(const auto& /*other*/) const { return false; }
};

bool needs_instance(const sql::Statement& statement) {
  return std::visit(NeedsInstance{}, statement);
}

std::unexpected<Error> no_instance() {
  return refuse(
      "Binlog instance is not specified: this is a Binlog server. Log in as user@tenant#cluster to ask a tenant's "
      "instance, or add FOR INSTANCE name");
}

/// Where "FOR INSTANCE name" begins, which is the end of the question.
Result<std::string> question_text(std::string_view text, const sql::ParseRules& rules) {
  const auto tokens = sql::tokenize_statement(text, rules);
  if (!tokens) return std::unexpected(tokens.error());
  const sql::TokenCursor cursor(*tokens);
  for (std::size_t i = tokens->tokens.size(); i-- > 0;) {
    if (cursor.at_word("FOR", i) && cursor.at_word("INSTANCE", i + 1)) return tokens->text(0, tokens->tokens[i].begin);
  }
  return std::string(text);
}

template <typename T>
Result<StatementResult> as_result(Result<T> answer) {
  if (!answer) return std::unexpected(std::move(answer.error()));
  return std::move(*answer);
}

/// What went wrong, for the client. A number that the MetaDB gave is not told: "access denied" would be taken for the
/// client's own.
Error to_client(Error error) {
  constexpr std::array ours = {sql::error_code::access_denied, sql::error_code::unknown_system_variable,
                               operation_failed};
  if (std::ranges::find(ours, error.code) == ours.end()) error.code = sql::error_code::management;
  return error;
}

}  // namespace

ManagementSession::ManagementSession(answers::ServerState& server, metadb::MetaDbPool& pool,
                                     const ManagementServices& services, const answers::SqlClient& client)
    : pool_(pool), services_(services), client_(client), own_(server, client) {}

void ManagementSession::change_client(const answers::SqlClient& client) {
  client_ = client;
  own_.change_client(client);
}

sql::ParseRules ManagementSession::rules() const {
  return {.dialect = own_.dialect(), .database = {}, .parameters = false};
}

bool ManagementSession::may_block(std::string_view sql) const {
  const auto statement = sql::parse_management_statement(sql, rules());
  if (!statement) return false;
  return !std::holds_alternative<sql::Statement>(*statement) || own_.may_block(sql);
}

StatementResult ManagementSession::execute(std::string_view sql) {
  const auto statement = sql::parse_management_statement(sql, rules());
  if (!statement) return own_.refuse(statement.error());
  if (const auto* plain = std::get_if<sql::Statement>(&*statement)) {
    return needs_instance(*plain) ? own_.refuse(no_instance().error()) : own_.execute(sql);
  }
  auto done = manage(*statement, sql);
  return done ? std::move(*done) : own_.refuse(to_client(std::move(done.error())));
}

std::expected<answers::SqlPrepared, answers::SqlError> ManagementSession::prepare(std::string_view sql) {
  const auto statement = sql::parse_management_statement(sql, rules());
  // Such as PURGE BINARY LOGS without FOR. What else cannot be read here may have a '?' in it.
  if (!statement && statement.error().code == sql::error_code::management) {
    return std::unexpected(answers::to_sql_error(statement.error()));
  }
  if (statement && !std::holds_alternative<sql::Statement>(*statement)) {
    return std::unexpected(answers::to_sql_error(
        {ErrorKind::unsupported, "This command is not supported in the prepared statement protocol yet",
         sql::error_code::not_to_be_prepared}));
  }
  if (statement && needs_instance(std::get<sql::Statement>(*statement))) {
    return std::unexpected(answers::to_sql_error(no_instance().error()));
  }
  return own_.prepare(sql);
}

/// Carries out the statements that are a server's own.
struct ManagementSession::Manager {
  ManagementSession& session;
  const StatementContext& context;
  std::string_view text;

  using Answer = Result<StatementResult>;

  Answer operator()(const sql::ShowNodes& one) const { return as_result(show_nodes(one, context)); }
  Answer operator()(const sql::ShowBinlogServer& one) const { return as_result(show_binlog_server(one, context)); }
  Answer operator()(const sql::CreateBinlog& one) const { return as_result(create_binlog(one, context)); }
  Answer operator()(const sql::DropBinlog& one) const { return as_result(drop_binlog(one, context)); }
  Answer operator()(const sql::ShowBinlogStatus& one) const { return as_result(show_binlog_status(one, context)); }
  Answer operator()(const sql::ShowBinlogHistory& one) const { return as_result(show_binlog_history(one, context)); }
  Answer operator()(const sql::RebalanceBinlog& one) const { return as_result(rebalance_binlog(one, context)); }
  Answer operator()(const sql::SwitchMaster& one) const { return as_result(switch_master(one, context)); }
  Answer operator()(const sql::CreateInstance& one) const { return as_result(create_instance(one, context)); }
  Answer operator()(const sql::RunInstance& one) const { return as_result(run_instance(one, context)); }
  Answer operator()(const sql::DropInstance& one) const { return as_result(drop_instance(one, context)); }
  Answer operator()(const sql::ShowInstances& one) const { return as_result(show_instances(one, context)); }
  Answer operator()(const sql::ShowParametersOf& one) const {
    auto rows = show_parameters(one.level, context);
    if (!rows) return std::unexpected(std::move(rows.error()));
    auto filtered = session.own_.filter(std::move(*rows), one.filter);
    if (!filtered) return StatementResult(answers::to_sql_error(filtered.error()));
    return StatementResult(std::move(*filtered));
  }
  Answer operator()(const sql::SetParameters& one) const { return as_result(set_parameters(one, context)); }
  Answer operator()(const sql::CreateUser& one) const { return as_result(create_user(one, context)); }
  Answer operator()(const sql::AlterUser& one) const { return as_result(alter_user(one, context)); }
  Answer operator()(const sql::SetPassword& one) const { return as_result(set_password(one, context)); }
  Answer operator()(const sql::DropUsers& one) const { return as_result(drop_users(one, context)); }
  Answer operator()(const sql::ChangeAdministrator& one) const { return as_result(change_administrator(one, context)); }
  Answer operator()(const sql::ShowUsers& /*show*/) const { return as_result(show_users(context)); }
  Answer operator()(const sql::AskInstance& one) const {
    auto question = question_text(text, session.rules());
    if (!question) return std::unexpected(std::move(question.error()));
    return ask_instance(one, *question, context);
  }
  /// Subscribers may not purge, and are told OK.
  Answer operator()(const sql::PurgeForTenant& /*purge*/) const { return StatementResult(answers::SqlOk{}); }
  /// The session's own; they do not come here.
  Answer operator()(const sql::Statement& /*other*/) const { return StatementResult(answers::SqlOk{}); }
};

Result<StatementResult> ManagementSession::manage(const sql::ManagementStatement& statement, std::string_view text) {
  // Who has logged in for a tenant (user@tenant#cluster) has the same account.
  const std::string account = mysql::parse_user_name(client_.user).user;
  if (!is_for_all(statement, account)) {
    if (auto may = answers::require_administrator(client_); !may) return std::unexpected(std::move(may.error()));
  }
  answers::Diagnostics warnings;
  auto result = pool_.with([&](metadb::MetaDb& database) -> Result<StatementResult> {
    const StatementContext context{.metadb = database, .services = services_, .who = account, .diagnostics = warnings};
    return std::visit(Manager{*this, context, text}, statement);
  });
  if (const auto* error = result ? std::get_if<answers::SqlError>(&*result) : nullptr) {
    warnings = {{.error = true, .code = error->code, .message = error->message}};
  }
  own_.set_diagnostics(std::move(warnings));
  return result;
}

}  // namespace sluice::manage
