#include "answers/answers.h"

#include <algorithm>

#include <fmt/format.h>

#include "binlog/log_file_name.h"
#include "sql/error_code.h"
#include "sql/string_literal.h"
#include "sql/utf8.h"

namespace sluice::answers {
namespace {

constexpr std::uint32_t version_with_encrypted_column = 80014;

SqlColumn::Type column_type(const sql::Value& value) {
  if (std::holds_alternative<std::int64_t>(value)) return SqlColumn::Type::integer;
  if (std::holds_alternative<std::uint64_t>(value)) return SqlColumn::Type::unsigned_integer;
  const bool real = std::holds_alternative<double>(value) || std::holds_alternative<sql::Decimal>(value);
  return real ? SqlColumn::Type::real : SqlColumn::Type::text;
}

SqlColumn number_column(std::string name) {
  return {.name = std::move(name), .type = SqlColumn::Type::unsigned_integer};
}
SqlColumn text_column(std::string name) {
  return {.name = std::move(name), .type = SqlColumn::Type::text};
}

/// Leaves the rows that a LIMIT lets through.
template <typename Row>
void limit_rows(std::vector<Row>& rows, const std::optional<sql::Limit>& limit) {
  if (!limit) return;
  const auto skipped = static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(limit->offset, rows.size()));
  rows.erase(rows.begin(), rows.begin() + skipped);
  rows.resize(static_cast<std::size_t>(std::min<std::uint64_t>(limit->count, rows.size())));
}

}  // namespace

SqlError to_sql_error(const Error& error) {
  const int code = is_mysql_error(error.code) ? error.code : sql::error_code::unknown;
  return {.code = static_cast<std::uint16_t>(code),
          .state = std::string(sql::sql_state(code)),
          .message = std::string(sql::utf8_start(error.message, 512))};
}

SqlRows text_rows(std::vector<std::string> columns) {
  SqlRows rows;
  for (std::string& name : columns) {
    rows.columns.push_back(text_column(std::move(name)));
  }
  return rows;
}

Result<SqlRows> answer_select(const sql::Select& select, const EvaluationContext& context) {
  SqlRows answer;
  auto& row = answer.rows.emplace_back();
  std::size_t size = 0;
  for (const sql::Select::Item& item : select.items) {
    auto value = evaluate(item.expression, context);
    if (!value) return std::unexpected(std::move(value.error()));
    answer.columns.push_back({.name = item.column, .type = column_type(*value)});
    row.push_back(sql::text_of(*value));
    size += item.column.size() + (row.back() ? row.back()->size() : 0);
    if (size > answer_size_max) {
      return fail(ErrorKind::limit, "Got a packet bigger than 'max_allowed_packet' bytes",
                  sql::error_code::packet_too_large);
    }
  }
  limit_rows(answer.rows, select.limit);
  return answer;
}

SqlRows answer_master_status(const store::Log::Status& status, bool gtids) {
  SqlRows answer{.columns = {text_column("File"), number_column("Position"), text_column("Binlog_Do_DB"),
                             text_column("Binlog_Ignore_DB"), text_column("Executed_Gtid_Set")},
                 .rows = {}};
  if (status.end.file != 0) {
    answer.rows.push_back({binlog::log_file_name(status.end.file), std::to_string(status.end.offset), "", "",
                           gtids ? status.executed.text(",\n") : ""});
  }
  return answer;
}

SqlRows answer_binary_logs(const std::vector<store::LogFileInfo>& files, std::uint32_t version_number) {
  SqlRows answer{.columns = {text_column("Log_name"), number_column("File_size")}, .rows = {}};
  const bool encrypted = version_number >= version_with_encrypted_column;
  if (encrypted) answer.columns.push_back(text_column("Encrypted"));
  for (const store::LogFileInfo& file : files) {
    auto& row = answer.rows.emplace_back();
    row.emplace_back(binlog::log_file_name(file.number));
    row.emplace_back(std::to_string(file.size));
    if (encrypted) row.emplace_back("No");
  }
  return answer;
}

SqlRows answer_grants(const SqlClient& client) {
  SqlRows answer = text_rows({fmt::format("Grants for {}@%", client.user)});
  answer.rows.push_back(
      {fmt::format("GRANT SELECT, {}REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO {}@{}",
                   client.admin ? "PROCESS, SUPER, " : "", sql::quote_name(client.user), sql::quote_name("%"))});
  return answer;
}

SqlRows answer_diagnostics(const sql::ShowDiagnostics& show, const Diagnostics& diagnostics) {
  Diagnostics shown;
  std::ranges::copy_if(diagnostics, std::back_inserter(shown),
                       [&](const Diagnostic& diagnostic) { return diagnostic.error || !show.errors_only; });
  if (show.count) {
    SqlRows answer{.columns = {number_column(show.errors_only ? "@@session.error_count" : "@@session.warning_count")},
                   .rows = {}};
    answer.rows.push_back({std::to_string(shown.size())});
    return answer;
  }
  limit_rows(shown, show.limit);
  SqlRows answer{.columns = {text_column("Level"), number_column("Code"), text_column("Message")}, .rows = {}};
  for (const Diagnostic& diagnostic : shown) {
    answer.rows.push_back(
        {diagnostic.error ? "Error" : "Warning", std::to_string(diagnostic.code), diagnostic.message});
  }
  return answer;
}

SqlRows answer_tenant_rows(TenantRows rows) {
  SqlRows answer = text_rows(std::move(rows.columns));
  answer.rows = std::move(rows.rows);
  return answer;
}

}  // namespace sluice::answers
