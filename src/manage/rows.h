#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "answers/sql_session.h"
#include "metadb/names.h"
#include "sql/management_statement.h"
#include "sql/statement.h"

namespace sluice::manage {

using Cell = std::optional<std::string>;

[[nodiscard]] inline answers::SqlColumn text_column(std::string name) {
  return {.name = std::move(name), .type = answers::SqlColumn::Type::text};
}
[[nodiscard]] inline answers::SqlColumn number_column(std::string name) {
  return {.name = std::move(name), .type = answers::SqlColumn::Type::unsigned_integer};
}

/// The names that sql read, as metadb has them.
[[nodiscard]] inline metadb::TenantName to_name(const sql::TenantName& name) {
  return {.cluster = name.cluster, .tenant = name.tenant};
}

/// What LIMIT asks for, at most `usual` rows without one.
[[nodiscard]] inline metadb::Page to_page(const std::optional<sql::Limit>& limit, std::int64_t usual) {
  if (!limit) return {.limit = usual, .offset = 0};
  const auto clamped = [](std::uint64_t number, std::int64_t most) {
    return number > static_cast<std::uint64_t>(most) ? most : static_cast<std::int64_t>(number);
  };
  return {.limit = clamped(limit->count, usual), .offset = clamped(limit->offset, INT64_MAX)};
}

/// "2026-11-22 10:00:00.123456", UTC.
[[nodiscard]] std::string time_text(std::int64_t microseconds);

}  // namespace sluice::manage
