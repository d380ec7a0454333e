#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace sluice::database {

/// What a statement's `:name` stands for: NULL, a number, or text.
using Value = std::variant<std::nullptr_t, std::int64_t, std::string>;

struct Parameter {
  std::string name;  ///< without the colon
  Value value;
};
using Parameters = std::vector<Parameter>;

/// A row as read: text, nothing for NULL. Readers take NULL and what is no number for "" and 0: the columns are ours,
/// and their types are the schema's.
class Row {
 public:
  explicit Row(std::vector<std::optional<std::string>> cells) : cells_(std::move(cells)) {}

  [[nodiscard]] bool is_null(std::size_t column) const { return !cells_.at(column).has_value(); }
  [[nodiscard]] std::string text(std::size_t column) const { return cells_.at(column).value_or(std::string()); }
  template <typename Number = std::int64_t>
  [[nodiscard]] Number number(std::size_t column) const {
    const std::string& cell = cells_.at(column) ? *cells_.at(column) : zero();
    Number value{};
    std::from_chars(cell.data(), cell.data() + cell.size(), value);
    return value;
  }

 private:
  [[nodiscard]] static const std::string& zero() {
    static const std::string text = "0";
    return text;
  }
  std::vector<std::optional<std::string>> cells_;
};
using Rows = std::vector<Row>;

}  // namespace sluice::database
