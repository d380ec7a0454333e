#include "sql/value.h"

#include <charconv>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "sql/ascii.h"

namespace sluice::sql {
namespace {

/// The digits of "1.5e-10" as "0.00000000015"; `exponent` is the place of the e.
std::string without_exponent(std::string_view text, std::size_t exponent) {
  int shift = 0;
  std::from_chars(text.data() + exponent + 2, text.data() + text.size(), shift);
  std::string result(text.starts_with('-') ? "-0." : "0.");
  result.append(static_cast<std::size_t>(shift) - 1, '0');
  for (const char character : text.substr(0, exponent)) {
    if (is_digit(character)) result.push_back(character);
  }
  return result;
}

/// MySQL writes the exponent without plus and leading zeros, and none at all from 1e-15 to below 1e15 or where digits
/// follow the point.
std::string double_text(double number) {
  std::string text = fmt::format("{}", number);
  std::size_t exponent = text.find('e');
  const double magnitude = std::fabs(number);
  if (exponent == std::string::npos && magnitude >= 1e15 && !text.contains('.')) {
    text = fmt::format("{:.16e}", number);
    exponent = text.find('e');
    const std::size_t last_digit = text.find_last_not_of("0.", exponent - 1);
    text.erase(last_digit + 1, exponent - last_digit - 1);
    exponent = text.find('e');
  }
  if (exponent == std::string::npos) return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
  if (magnitude >= 1e-15 && magnitude < 1) return without_exponent(text, exponent);
  if (text[exponent + 1] == '+') text.erase(exponent + 1, 1);
  const std::size_t digits = text.find_first_of("0123456789", exponent);
  while (text[digits] == '0' && digits + 1 < text.size()) {
    text.erase(digits, 1);
  }
  return text;
}

/// The longest start of `text` that is a number: sign, digits, point, exponent.
double leading_number(std::string_view text) {
  while (!text.empty() && is_space(text.front())) {
    text.remove_prefix(1);
  }
  if (text.starts_with('+')) text.remove_prefix(1);
  const std::size_t first_digit = text.starts_with('-') ? 1 : 0;
  // from_chars also takes "inf" and "nan", which SQL does not.
  if (first_digit >= text.size() || (!is_digit(text[first_digit]) && text[first_digit] != '.')) return 0;
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range) {
    return first_digit == 1 ? std::numeric_limits<double>::lowest() : std::numeric_limits<double>::max();
  }
  return error == std::errc() ? number : 0;
}

}  // namespace

std::optional<std::string> text_of(const Value& value) {
  struct Text {
    std::optional<std::string> operator()(std::monostate) const { return std::nullopt; }
    std::optional<std::string> operator()(std::int64_t number) const { return fmt::format("{}", number); }
    std::optional<std::string> operator()(std::uint64_t number) const { return fmt::format("{}", number); }
    std::optional<std::string> operator()(const Decimal& number) const { return number.text(); }
    std::optional<std::string> operator()(double number) const { return double_text(number); }
    std::optional<std::string> operator()(const std::string& text) const { return text; }
  };
  return std::visit(Text{}, value);
}

double number_of(const Value& value) {
  struct Number {
    double operator()(std::monostate) const { return 0; }
    double operator()(std::int64_t number) const { return static_cast<double>(number); }
    double operator()(std::uint64_t number) const { return static_cast<double>(number); }
    double operator()(const Decimal& number) const { return number.approximate(); }
    double operator()(double number) const { return number; }
    double operator()(const std::string& text) const { return leading_number(text); }
  };
  return std::visit(Number{}, value);
}

std::optional<bool> is_true(const Value& value) {
  if (is_null(value)) return std::nullopt;
  if (const auto* decimal = std::get_if<Decimal>(&value)) return !decimal->is_zero();
  return number_of(value) != 0;
}

std::optional<Value> parse_number(std::string_view text) {
  if (text.empty() || (!is_digit(text.front()) && text.front() != '.')) return std::nullopt;
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  if (text.find_first_of("eE") == std::string_view::npos) {
    if (text.find('.') == std::string_view::npos) {
      std::uint64_t number = 0;
      const auto [stop, error] = std::from_chars(begin, end, number);
      if (error == std::errc() && stop == end) {
        if (number <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
          return static_cast<std::int64_t>(number);
        }
        return number;
      }
    }
    if (const auto decimal = parse_decimal(text)) return *decimal;
  }
  double number = 0;
  const auto [stop, error] = std::from_chars(begin, end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

}  // namespace sluice::sql
