#include "ctl/json.h"

#include <algorithm>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "base/json_text.h"
#include "ctl/characters.h"
#include "ctl/column_types.h"

namespace sluice::ctl {
namespace {

/// Takes the digits at the front away; how many there were.
std::size_t skip_digits(std::string_view& text) {
  const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
  text.remove_prefix(count);
  return count;
}

bool skip(std::string_view& text, std::string_view one_of) {
  if (text.empty() || one_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// Whether JSON takes the text for a number: no "+" and no zeros in front.
bool is_json_number(std::string_view text) {
  skip(text, "-");
  const bool zero = text.starts_with('0');
  const std::size_t digits = skip_digits(text);
  if (digits == 0 || (zero && digits > 1)) return false;
  if (skip(text, ".") && skip_digits(text) == 0) return false;
  if (skip(text, "eE")) {
    skip(text, "+-");
    if (skip_digits(text) == 0) return false;
  }
  return text.empty();
}

std::vector<std::string> member_names(const std::vector<std::string>& columns) {
  std::set<std::string> taken;
  std::vector<std::string> names;
  for (const std::string& column : columns) {
    std::string name = column;
    for (int number = 2; !taken.insert(name).second; ++number) {
      name = fmt::format("{}_{}", column, number);
    }
    names.push_back(json_of(name));
  }
  return names;
}

std::string value_text(const mysql::Value& value, bool number) {
  if (!value) return "null";
  return number && is_json_number(*value) ? *value : json_of(*value);
}

}  // namespace

std::string json_of(std::string_view text) {
  return json_text(well_formed(text));
}

std::string render_json(const mysql::QueryResult& result) {
  if (result.rows.empty()) return "[]";
  const std::vector<std::string> names = member_names(result.columns);
  std::string out = "[";
  for (const mysql::Row& row : result.rows) {
    out += out.size() == 1 ? "\n  {" : ",\n  {";
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) out += ", ";
      out += names[i] + ": " + value_text(row[i], is_number_column(result, i));
    }
    out += '}';
  }
  return out + "\n]";
}

}  // namespace sluice::ctl
