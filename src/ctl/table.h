#pragma once

#include <string>

#include "mysql/client.h"

namespace sluice::ctl {

/// How a result is laid out for people.
struct TableStyle {
  bool full = false;      ///< long values are not cut
  bool vertical = false;  ///< a line a value instead of a line a row; nothing is cut then
};

inline constexpr std::size_t cell_width_max = 48;  ///< columns of the terminal, where values are cut

/// The result as lines, each with its end: first the names of the columns, then the rows, numbers to the right, NULL as
/// "-". Control characters are made visible. Nothing for a result without columns.
[[nodiscard]] std::string render_table(const mysql::QueryResult& result, const TableStyle& style);

}  // namespace sluice::ctl
