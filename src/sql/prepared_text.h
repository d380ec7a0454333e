#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "sql/dialect.h"
#include "sql/value.h"

namespace sluice::sql {

/// A statement's text with "?" in the places of values. A value; owns its text.
class PreparedText {
 public:
  /// Finds the places. Error 1064 if the text cannot be read, 1390 for more than 65535 places.
  [[nodiscard]] static Result<PreparedText> make(std::string text, const Dialect& dialect);

  [[nodiscard]] std::size_t parameter_count() const { return places_.size(); }
  [[nodiscard]] const std::string& text() const { return text_; }

  /// The text with the values put in as literals that can be read back in no other way. `values` has parameter_count()
  /// values. Text that is not UTF-8 becomes a hexadecimal literal.
  [[nodiscard]] std::string with_values(std::span<const Value> values, const Dialect& dialect) const;

 private:
  PreparedText(std::string text, std::vector<std::uint32_t> places)
      : text_(std::move(text)), places_(std::move(places)) {}

  std::string text_;
  std::vector<std::uint32_t> places_;
};

/// A value as a literal of SQL: NULL, 5, 1.5, 'text', x'ff'.
[[nodiscard]] std::string literal_text(const Value& value, const Dialect& dialect);

}  // namespace sluice::sql
