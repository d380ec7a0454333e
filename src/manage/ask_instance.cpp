#include <fmt/format.h>

#include "answers/answers.h"
#include "manage/refusal.h"
#include "manage/rows.h"
#include "manage/statements.h"
#include "metadb/instances.h"

namespace sluice::manage {
namespace {

constexpr std::string_view not_running = "binlog instance does not exist or is not in running status";

/// What the instance answered, as our own answer.
answers::StatementResult to_answer(mysql::QueryResult result) {
  if (result.columns.empty()) return answers::SqlOk{};
  answers::SqlRows rows;
  for (std::size_t i = 0; i < result.columns.size(); ++i) {
    rows.columns.push_back({.name = std::move(result.columns[i]),
                            .type = result.types[i] == mysql::ColumnType::longlong ? answers::SqlColumn::Type::integer
                                                                                   : answers::SqlColumn::Type::text});
  }
  rows.rows = std::move(result.rows);
  return rows;
}

}  // namespace

Result<answers::StatementResult> ask_instance(const sql::AskInstance& ask, const std::string& text,
                                              const StatementContext& context) {
  const auto instance = metadb::read_instance(context.metadb, ask.instance.text);
  if (!instance && instance.error().kind != ErrorKind::not_found) return std::unexpected(instance.error());
  if (!instance || instance->state != metadb::InstanceState::running || instance->port == 0) {
    return refuse(fmt::format("{}: {}", not_running, ask.instance.text));
  }
  auto answer = context.services.instances->ask({instance->ip, instance->port}, text);
  if (answer) return to_answer(std::move(*answer));
  if (answer.error().kind != ErrorKind::refused) {
    return refuse(fmt::format("failed to connect instance: {}: {}", ask.instance.text, answer.error().message));
  }
  return answers::StatementResult(answers::to_sql_error(answer.error()));  // what it says itself, with its number
}

}  // namespace sluice::manage
