#pragma once

#include "mysql/client.h"

namespace sluice::ctl {

/// Whether the server says that the column's values are numbers. Columns of which it said nothing hold text.
[[nodiscard]] inline bool is_number_column(const mysql::QueryResult& result, std::size_t column) {
  using mysql::ColumnType;
  if (column >= result.types.size()) return false;
  switch (result.types[column]) {
    case ColumnType::decimal:
    case ColumnType::newdecimal:
    case ColumnType::tiny:
    case ColumnType::short_:
    case ColumnType::int24:
    case ColumnType::long_:
    case ColumnType::longlong:
    case ColumnType::float_:
    case ColumnType::double_:
    case ColumnType::year:
      return true;
    default:
      return false;
  }
}

}  // namespace sluice::ctl
