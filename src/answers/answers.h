#pragma once

#include <optional>
#include <string>
#include <vector>

#include "answers/diagnostics.h"
#include "answers/evaluation.h"
#include "answers/sql_session.h"
#include "base/error.h"
#include "sql/statement.h"
#include "store/log.h"

namespace sluice::answers {

/// Bytes an answer may have; error 1153 beyond.
inline constexpr std::size_t answer_size_max = 16U << 20U;

/// Whether Error::code is a number of MySQL's, and not one of the system's.
[[nodiscard]] constexpr bool is_mysql_error(int code) {
  return code >= 1000 && code <= UINT16_MAX;
}

/// "ERROR 1064 (42000): ...": an error without a number of MySQL's is 1105.
[[nodiscard]] SqlError to_sql_error(const Error& error);

/// Rows without any, of text columns.
[[nodiscard]] SqlRows text_rows(std::vector<std::string> columns);

/// SELECT without a table.
[[nodiscard]] Result<SqlRows> answer_select(const sql::Select& select, const EvaluationContext& context);

/// SHOW VARIABLES. `context` may have no columns of its own.
[[nodiscard]] Result<SqlRows> answer_show_variables(const sql::ShowVariables& show, const EvaluationContext& context);

/// SHOW STATUS: how capture is doing, how long the program has been running, and the rows clients look for about TLS.
[[nodiscard]] Result<SqlRows> answer_show_status(const sql::ShowStatus& show, const EvaluationContext& context);

/// SHOW PARAMETERS: what operators may set, with ranges, units and where the value comes from. The columns are told in
/// docs/configuration.md.
[[nodiscard]] Result<SqlRows> answer_show_parameters(const sql::ShowParameters& show, const EvaluationContext& context);

/// SHOW MASTER STATUS: where the log ends; no row while it has no file. The last column is empty without `gtids`.
[[nodiscard]] SqlRows answer_master_status(const store::Log::Status& status, bool gtids);

/// SHOW BINARY LOGS; with the column Encrypted as MySQL has it since 8.0.14.
[[nodiscard]] SqlRows answer_binary_logs(const std::vector<store::LogFileInfo>& files, std::uint32_t version_number);

/// SHOW BINLOG EVENTS. Blocks on the disk. Error 1220 as MySQL words it, and for an answer beyond answer_size_max.
[[nodiscard]] Result<SqlRows> answer_binlog_events(const sql::ShowBinlogEvents& show, const EvaluationContext& context);

/// SHOW GRANTS: everybody who can log in may read the schema and subscribe, administrators more.
[[nodiscard]] SqlRows answer_grants(const SqlClient& client);

/// SHOW WARNINGS, SHOW ERRORS and their counts.
[[nodiscard]] SqlRows answer_diagnostics(const sql::ShowDiagnostics& show, const Diagnostics& diagnostics);

/// The tenant database's rows, all as text.
[[nodiscard]] SqlRows answer_tenant_rows(TenantRows rows);

}  // namespace sluice::answers
