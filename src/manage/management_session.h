#pragma once

#include "answers/server_state.h"
#include "answers/statement_executor.h"
#include "manage/statement_context.h"
#include "metadb/meta_db.h"
#include "sql/management_statement.h"

namespace sluice::manage {

/// The SQL of one connection to a Binlog server's own port: management statements, and of what instances answer that
/// which concerns the connection (SET, SELECT of variables, SHOW VARIABLES ...). What only a tenant's instance can
/// answer is an error that says where to ask.
///
/// Who is no administrator may look (SHOW ...) and change the own password.
class ManagementSession : public answers::SqlSession {
 public:
  /// All must outlive it.
  ManagementSession(answers::ServerState& server, metadb::MetaDbPool& pool, const ManagementServices& services,
                    const answers::SqlClient& client);

  [[nodiscard]] bool may_block(std::string_view sql) const override;
  [[nodiscard]] bool may_block_prepared(std::uint32_t id) const override { return own_.may_block_prepared(id); }
  [[nodiscard]] answers::StatementResult execute(std::string_view sql) override;
  [[nodiscard]] std::expected<answers::SqlPrepared, answers::SqlError> prepare(std::string_view sql) override;
  [[nodiscard]] answers::StatementResult execute_prepared(std::uint32_t id,
                                                          std::span<const answers::SqlParameter> parameters) override {
    return own_.execute_prepared(id, parameters);
  }
  void close_prepared(std::uint32_t id) override { own_.close_prepared(id); }
  [[nodiscard]] answers::StatementResult use_database(std::string_view name) override {
    return own_.use_database(name);
  }
  void reset() override { own_.reset(); }
  void change_client(const answers::SqlClient& client) override;
  [[nodiscard]] std::optional<std::string> user_variable(std::string_view name) const override {
    return own_.user_variable(name);
  }
  [[nodiscard]] std::chrono::milliseconds idle_timeout() const override { return own_.idle_timeout(); }
  void cancel() override { own_.cancel(); }
  void interrupt() override { own_.interrupt(); }
  [[nodiscard]] bool interrupted() const override { return own_.interrupted(); }

 private:
  struct Manager;

  [[nodiscard]] sql::ParseRules rules() const;
  [[nodiscard]] Result<answers::StatementResult> manage(const sql::ManagementStatement& statement,
                                                        std::string_view text);
  metadb::MetaDbPool& pool_;
  const ManagementServices& services_;
  answers::SqlClient client_;
  answers::StatementExecutor own_;
};

}  // namespace sluice::manage
