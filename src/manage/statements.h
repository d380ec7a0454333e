#pragma once

#include "answers/sql_session.h"
#include "base/error.h"
#include "manage/statement_context.h"
#include "sql/management_statement.h"

namespace sluice::manage {

/// The management statements, each a function of the MetaDB and, where it is asked live, of instances. All block. Error
/// 1236 says what is in the way; the columns of what they show are told in docs/management-statements.md.

using Rows = Result<answers::SqlRows>;
using Done = Result<answers::SqlOk>;

// Servers.
[[nodiscard]] Rows show_nodes(const sql::ShowNodes& show, const StatementContext& context);
[[nodiscard]] Rows show_binlog_server(const sql::ShowBinlogServer& show, const StatementContext& context);

// Tenants.
[[nodiscard]] Done create_binlog(const sql::CreateBinlog& create, const StatementContext& context);
[[nodiscard]] Done drop_binlog(const sql::DropBinlog& drop, const StatementContext& context);
[[nodiscard]] Rows show_binlog_status(const sql::ShowBinlogStatus& show, const StatementContext& context);
[[nodiscard]] Rows show_binlog_history(const sql::ShowBinlogHistory& show, const StatementContext& context);
[[nodiscard]] Rows rebalance_binlog(const sql::RebalanceBinlog& rebalance, const StatementContext& context);
[[nodiscard]] Done switch_master(const sql::SwitchMaster& change, const StatementContext& context);

// Instances.
[[nodiscard]] Done create_instance(const sql::CreateInstance& create, const StatementContext& context);
[[nodiscard]] Done run_instance(const sql::RunInstance& run, const StatementContext& context);
[[nodiscard]] Done drop_instance(const sql::DropInstance& drop, const StatementContext& context);
[[nodiscard]] Rows show_instances(const sql::ShowInstances& show, const StatementContext& context);
/// `text` is the question as an instance reads it, without FOR INSTANCE.
[[nodiscard]] Result<answers::StatementResult> ask_instance(const sql::AskInstance& ask, const std::string& text,
                                                            const StatementContext& context);

// Parameters. SHOW PARAMETERS' filter is the caller's.
[[nodiscard]] Rows show_parameters(const sql::Level& level, const StatementContext& context);
[[nodiscard]] Done set_parameters(const sql::SetParameters& set, const StatementContext& context);

// Accounts.
[[nodiscard]] Done create_user(const sql::CreateUser& create, const StatementContext& context);
[[nodiscard]] Done alter_user(const sql::AlterUser& alter, const StatementContext& context);
[[nodiscard]] Done set_password(const sql::SetPassword& set, const StatementContext& context);
[[nodiscard]] Done drop_users(const sql::DropUsers& drop, const StatementContext& context);
[[nodiscard]] Done change_administrator(const sql::ChangeAdministrator& change, const StatementContext& context);
[[nodiscard]] Rows show_users(const StatementContext& context);

}  // namespace sluice::manage
