#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "answers/cancellation.h"
#include "answers/diagnostics.h"
#include "answers/evaluation.h"
#include "answers/prepared_statements.h"
#include "answers/server_state.h"
#include "answers/session_variables.h"
#include "answers/sql_session.h"
#include "answers/statement_waits.h"
#include "answers/user_variables.h"
#include "sql/parser.h"

namespace sluice::answers {

/// The SQL of one connection of a Binlog instance: reads statements with sql/parser.h and carries them out.
///
/// What it cannot do is an error, always: nothing is accepted and ignored, but for transactions (there is nothing to
/// commit) and session settings that change nothing here and are remembered.
class StatementExecutor : public SqlSession {
 public:
  /// `server` must outlive it.
  StatementExecutor(ServerState& server, const SqlClient& client);

  [[nodiscard]] bool may_block(std::string_view sql) const override;
  [[nodiscard]] bool may_block_prepared(std::uint32_t id) const override;
  [[nodiscard]] StatementResult execute(std::string_view sql) override;
  [[nodiscard]] std::expected<SqlPrepared, SqlError> prepare(std::string_view sql) override;
  [[nodiscard]] StatementResult execute_prepared(std::uint32_t id, std::span<const SqlParameter> parameters) override;
  void close_prepared(std::uint32_t id) override { prepared_.remove(id); }
  [[nodiscard]] StatementResult use_database(std::string_view name) override;
  void reset() override;
  void change_client(const SqlClient& client) override;
  [[nodiscard]] std::optional<std::string> user_variable(std::string_view name) const override;
  [[nodiscard]] std::chrono::milliseconds idle_timeout() const override { return variables_.wait_timeout(); }
  void cancel() override { cancellation_.cancel(); }
  void interrupt() override { cancellation_.interrupt(); }
  [[nodiscard]] bool interrupted() const override { return cancellation_.cancelled(); }

  // For those who carry out statements of their own beside it, on the same connection.

  /// How this session's statements are to be read.
  [[nodiscard]] sql::Dialect dialect() const { return variables_.dialect(); }
  /// What SHOW WARNINGS tells from now on.
  void set_diagnostics(Diagnostics diagnostics) { diagnostics_ = std::move(diagnostics); }
  /// The error as the client is told; SHOW WARNINGS tells it too.
  [[nodiscard]] StatementResult refuse(const Error& error);
  /// The rows that LIKE or WHERE of a SHOW lets through.
  [[nodiscard]] Result<SqlRows> filter(SqlRows rows, const sql::ShowFilter& filter);

 private:
  [[nodiscard]] sql::ParseRules rules(const sql::Dialect& dialect) const;
  /// Parses, runs and keeps what SHOW WARNINGS tells.
  [[nodiscard]] StatementResult run(std::string_view text, const sql::ParseRules& parse_rules);
  [[nodiscard]] Result<StatementResult> run_statement(const sql::Statement& statement);
  [[nodiscard]] EvaluationContext context(std::size_t& work);
  /// Runs what was prepared, with these values in its places.
  [[nodiscard]] StatementResult run_prepared(const PreparedStatement& prepared, std::span<const sql::Value> values);
  // PREPARE, EXECUTE and DEALLOCATE PREPARE.
  [[nodiscard]] Result<StatementResult> prepare_named(const sql::PrepareNamed& prepare);
  [[nodiscard]] Result<StatementResult> execute_named(const sql::ExecuteNamed& execute);
  [[nodiscard]] Result<StatementResult> deallocate_named(const sql::DeallocateNamed& deallocate);
  [[nodiscard]] Result<PreparedStatement> make_prepared(std::string_view sql) const;
  [[nodiscard]] Result<void> choose_database(std::string_view name);

  ServerState& server_;
  SqlClient client_;
  std::string database_;
  Diagnostics diagnostics_;
  SessionVariables variables_;
  UserVariables user_variables_;
  PreparedStatements prepared_;
  std::map<std::string, PreparedStatement> named_;  ///< by PREPARE; at most PreparedStatements::count_max
  Cancellation cancellation_;
  StatementWaits waits_;
};

}  // namespace sluice::answers
