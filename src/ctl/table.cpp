#include "ctl/table.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "ctl/characters.h"
#include "ctl/column_types.h"

namespace sluice::ctl {
namespace {

using mysql::QueryResult;

constexpr std::string_view column_gap = "  ";

std::string cell(const mysql::Value& value) {
  return value ? visible(*value) : "-";
}

/// `text` with spaces up to `width` columns, before it or behind it.
std::string padded(const std::string& text, std::size_t width, bool to_the_right) {
  const std::string space(width - std::min(width, display_width(text)), ' ');
  return to_the_right ? space + text : text + space;
}

void append_line(std::string& out, const std::vector<std::string>& cells, const std::vector<std::size_t>& widths,
                 const QueryResult& result) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line += column_gap;
    line += padded(cells[i], widths[i], is_number_column(result, i));
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out += line + '\n';
}

std::string render_rows(const QueryResult& result, bool full) {
  std::vector<std::vector<std::string>> lines(1);
  for (const std::string& name : result.columns) {
    lines[0].push_back(visible(name));
  }
  for (const mysql::Row& row : result.rows) {
    std::vector<std::string>& line = lines.emplace_back();
    for (const mysql::Value& value : row) {
      line.push_back(full ? cell(value) : cut(cell(value), cell_width_max));
    }
  }
  std::vector<std::size_t> widths(result.columns.size(), 0);
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(line[i]));
    }
  }
  std::string out;
  for (const auto& line : lines) {
    append_line(out, line, widths, result);
  }
  return out;
}

std::string render_vertically(const QueryResult& result) {
  std::size_t width = 0;
  for (const std::string& name : result.columns) {
    width = std::max(width, display_width(visible(name)));
  }
  std::string out;
  for (std::size_t row = 0; row < result.rows.size(); ++row) {
    out += fmt::format("*** {} of {} ***\n", row + 1, result.rows.size());
    for (std::size_t i = 0; i < result.columns.size(); ++i) {
      const std::string value = cell(result.rows[row][i]);
      out += padded(visible(result.columns[i]), width, true) + (value.empty() ? ":" : ": ") + value + '\n';
    }
  }
  return out;
}

}  // namespace

std::string render_table(const QueryResult& result, const TableStyle& style) {
  if (result.columns.empty()) return "";
  return style.vertical ? render_vertically(result) : render_rows(result, style.full);
}

}  // namespace sluice::ctl
