#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/error.h"
#include "sql/decimal.h"

namespace sluice::sql {

/// What an expression gives. std::monostate is NULL; truth is the integer 1 or 0.
using Value = std::variant<std::monostate, std::int64_t, std::uint64_t, Decimal, double, std::string>;

[[nodiscard]] inline bool is_null(const Value& value) {
  return std::holds_alternative<std::monostate>(value);
}
[[nodiscard]] inline Value truth(bool value) {
  return std::int64_t{value ? 1 : 0};
}

/// NULL as what something gives that can fail. Made in place, because g++ 12 takes a NULL that is moved for
/// uninitialized.
[[nodiscard]] inline Result<Value> null_result() {
  return Result<Value>(std::in_place);
}

/// As MySQL prints it; nothing for NULL.
[[nodiscard]] std::optional<std::string> text_of(const Value& value);

/// As a number for arithmetic: of text the number it begins with, 0 if there is none. NULL is 0; ask is_null first.
[[nodiscard]] double number_of(const Value& value);

/// Whether a condition holds: the number is not zero. Nothing for NULL.
[[nodiscard]] std::optional<bool> is_true(const Value& value);

/// The number that digits without sign stand for, in the smallest type that holds it: "7", "18446744073709551615",
/// "1.50", "1e3". Text that is no such number gives nothing.
[[nodiscard]] std::optional<Value> parse_number(std::string_view text);

}  // namespace sluice::sql
