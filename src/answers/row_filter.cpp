#include "answers/row_filter.h"

#include <algorithm>

#include "sql/ascii.h"
#include "sql/like.h"

namespace sluice::answers {

bool name_can_match(const sql::ShowFilter& filter, std::string_view name) {
  if (!filter.like) return true;
  const auto* pattern = std::get_if<sql::Literal>(&filter.like->node);
  return pattern != nullptr && sql::matches_like(name, sql::text_of(pattern->value).value_or(std::string()));
}

Result<SqlRows> filter_rows(SqlRows rows, const sql::ShowFilter& filter, const EvaluationContext& context) {
  if (filter.like) {
    std::erase_if(rows.rows, [&](const auto& row) { return !name_can_match(filter, row[0].value_or("")); });
  }
  if (!filter.where) return rows;
  const std::vector<std::optional<std::string>>* current = nullptr;
  EvaluationContext with_columns = context;
  with_columns.column = [&](std::string_view name) -> std::optional<sql::Value> {
    for (std::size_t i = 0; i < rows.columns.size(); ++i) {
      if (!sql::equals_ignoring_case(name, rows.columns[i].name)) continue;
      const std::optional<std::string>& value = (*current)[i];
      return value ? sql::Value(*value) : sql::Value();
    }
    return std::nullopt;
  };
  std::vector<std::vector<std::optional<std::string>>> kept;
  for (auto& row : rows.rows) {
    current = &row;
    const auto holds = evaluate(*filter.where, with_columns);
    if (!holds) return std::unexpected(holds.error());
    if (sql::is_true(*holds) == true) kept.push_back(std::move(row));
  }
  rows.rows = std::move(kept);
  return rows;
}

}  // namespace sluice::answers
