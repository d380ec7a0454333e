#include "sql/operators.h"

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "sql/ascii.h"
#include "sql/error_code.h"

namespace sluice::sql {
namespace {

std::string_view symbol_of(BinaryOperator applied) {
  switch (applied) {
    case BinaryOperator::add:
      return "+";
    case BinaryOperator::subtract:
      return "-";
    case BinaryOperator::multiply:
      return "*";
    case BinaryOperator::integer_divide:
      return "DIV";
    default:
      return "/";
  }
}

std::unexpected<Error> out_of_range(std::string_view type, BinaryOperator applied, const Value& left,
                                    const Value& right) {
  return fail(ErrorKind::invalid,
              fmt::format("{} value is out of range in '({} {} {})'", type, text_of(left).value_or("NULL"),
                          symbol_of(applied), text_of(right).value_or("NULL")),
              error_code::out_of_range);
}

bool is_unsigned(const Value& value) {
  return std::holds_alternative<std::uint64_t>(value);
}
bool is_integer(const Value& value) {
  return std::holds_alternative<std::int64_t>(value) || is_unsigned(value);
}
bool is_exact(const Value& value) {
  return is_integer(value) || std::holds_alternative<Decimal>(value);
}

Integer128 integer_of(const Value& value) {
  if (const auto* number = std::get_if<std::uint64_t>(&value)) return *number;
  return std::get<std::int64_t>(value);
}

Decimal decimal_of(const Value& value) {
  if (const auto* decimal = std::get_if<Decimal>(&value)) return *decimal;
  return Decimal{integer_of(value), 0};
}

std::optional<Value> to_integer(Integer128 number, bool is_unsigned_result) {
  if (is_unsigned_result) {
    if (number < 0 || number > std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
    return static_cast<std::uint64_t>(number);
  }
  if (number < std::numeric_limits<std::int64_t>::min() || number > std::numeric_limits<std::int64_t>::max()) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(number);
}

std::string_view without_end_spaces(std::string_view text) {
  while (text.ends_with(' ')) {
    text.remove_suffix(1);
  }
  return text;
}

// Both operands are 64 bits wide at the most, so nothing here overflows 128.
Result<Value> apply_to_integers(BinaryOperator applied, const Value& left, const Value& right) {
  const Integer128 a = integer_of(left);
  const Integer128 b = integer_of(right);
  Integer128 result = 0;
  bool unsigned_result = is_unsigned(left) || is_unsigned(right);
  switch (applied) {
    case BinaryOperator::add:
      result = a + b;
      break;
    case BinaryOperator::subtract:
      result = a - b;
      break;
    case BinaryOperator::multiply:
      if (__builtin_mul_overflow(a, b, &result)) return out_of_range("BIGINT UNSIGNED", applied, left, right);
      break;
    case BinaryOperator::integer_divide:
      result = a / b;
      break;
    default:
      result = a % b;
      unsigned_result = is_unsigned(left);
  }
  const auto value = to_integer(result, unsigned_result);
  if (!value) return out_of_range(unsigned_result ? "BIGINT UNSIGNED" : "BIGINT", applied, left, right);
  return *value;
}

std::optional<Decimal> apply_to_decimals(BinaryOperator applied, const Decimal& left, const Decimal& right) {
  switch (applied) {
    case BinaryOperator::add:
      return add(left, right);
    case BinaryOperator::subtract:
      return subtract(left, right);
    case BinaryOperator::multiply:
      return multiply(left, right);
    case BinaryOperator::modulo:
      return remainder(left, right);
    default:
      return divide(left, right);
  }
}

Result<Value> apply_to_doubles(BinaryOperator applied, const Value& left, const Value& right) {
  const double a = number_of(left);
  const double b = number_of(right);
  double result = 0;
  switch (applied) {
    case BinaryOperator::add:
      result = a + b;
      break;
    case BinaryOperator::subtract:
      result = a - b;
      break;
    case BinaryOperator::multiply:
      result = a * b;
      break;
    case BinaryOperator::modulo:
      result = std::fmod(a, b);
      break;
    default:
      result = a / b;
  }
  if (!std::isfinite(result)) return out_of_range("DOUBLE", applied, left, right);
  return result;
}

/// As a decimal number, also of doubles and texts; nothing for those that are too large.
std::optional<Decimal> exact(const Value& value) {
  if (is_exact(value)) return decimal_of(value);
  const double number = number_of(value);
  std::string text = fmt::format("{:.20f}", number);
  text.erase(text.find_last_not_of('0') + 1);
  return parse_decimal(text);
}

/// DIV of anything that is not two whole numbers.
Result<Value> divide_whole(const Value& left, const Value& right) {
  const bool unsigned_result = is_unsigned(left) || is_unsigned(right);
  const auto dividend = exact(left);
  const auto divisor = exact(right);
  if (dividend && divisor && !divisor->is_zero()) {
    if (const auto quotient = whole_quotient(*dividend, *divisor)) {
      if (const auto value = to_integer(*quotient, unsigned_result)) return *value;
    }
  }
  return out_of_range(unsigned_result ? "BIGINT UNSIGNED" : "BIGINT", BinaryOperator::integer_divide, left, right);
}

Result<Value> apply_arithmetic(BinaryOperator applied, const Value& left, const Value& right) {
  if (is_null(left) || is_null(right)) {
    return null_result();
  }
  const bool divides = applied == BinaryOperator::divide || applied == BinaryOperator::integer_divide ||
                       applied == BinaryOperator::modulo;
  if (divides && is_true(right) == false) {
    return null_result();
  }
  if (applied != BinaryOperator::divide && is_integer(left) && is_integer(right)) {
    return apply_to_integers(applied, left, right);
  }
  if (applied == BinaryOperator::integer_divide) return divide_whole(left, right);
  if (is_exact(left) && is_exact(right)) {
    if (const auto result = apply_to_decimals(applied, decimal_of(left), decimal_of(right))) return *result;
  }
  return apply_to_doubles(applied, left, right);
}

Value apply_and(const Value& left, const Value& right) {
  const auto a = is_true(left);
  const auto b = is_true(right);
  if (a == false || b == false) return truth(false);
  if (!a || !b) return {};
  return truth(true);
}

Value apply_or(const Value& left, const Value& right) {
  const auto a = is_true(left);
  const auto b = is_true(right);
  if (a == true || b == true) return truth(true);
  if (!a || !b) return {};
  return truth(false);
}

Value apply_xor(const Value& left, const Value& right) {
  const auto a = is_true(left);
  const auto b = is_true(right);
  if (!a || !b) return {};
  return truth(*a != *b);
}

Value apply_comparison(BinaryOperator applied, const Value& left, const Value& right) {
  if (is_null(left) || is_null(right)) {
    if (applied != BinaryOperator::null_safe_equal) return {};
    return truth(is_null(left) && is_null(right));
  }
  const std::partial_ordering order = compare(left, right);
  switch (applied) {
    case BinaryOperator::equal:
    case BinaryOperator::null_safe_equal:
      return truth(order == 0);
    case BinaryOperator::not_equal:
      return truth(order != 0);
    case BinaryOperator::less:
      return truth(order < 0);
    case BinaryOperator::less_or_equal:
      return truth(order <= 0);
    case BinaryOperator::greater:
      return truth(order > 0);
    default:
      return truth(order >= 0);
  }
}

}  // namespace

std::partial_ordering compare(const Value& left, const Value& right) {
  const auto* left_text = std::get_if<std::string>(&left);
  const auto* right_text = std::get_if<std::string>(&right);
  if (left_text && right_text) {
    return compare_ignoring_case(without_end_spaces(*left_text), without_end_spaces(*right_text)) <=> 0;
  }
  if (is_exact(left) && is_exact(right)) {
    if (const auto order = compare(decimal_of(left), decimal_of(right))) return *order;
  }
  return number_of(left) <=> number_of(right);
}

Result<Value> apply(BinaryOperator applied, const Value& left, const Value& right) {
  switch (applied) {
    case BinaryOperator::logical_or:
      return apply_or(left, right);
    case BinaryOperator::logical_xor:
      return apply_xor(left, right);
    case BinaryOperator::logical_and:
      return apply_and(left, right);
    case BinaryOperator::equal:
    case BinaryOperator::null_safe_equal:
    case BinaryOperator::not_equal:
    case BinaryOperator::less:
    case BinaryOperator::less_or_equal:
    case BinaryOperator::greater:
    case BinaryOperator::greater_or_equal:
      return apply_comparison(applied, left, right);
    case BinaryOperator::add:
    case BinaryOperator::subtract:
    case BinaryOperator::multiply:
    case BinaryOperator::divide:
    case BinaryOperator::integer_divide:
    case BinaryOperator::modulo:
      break;
  }
  return apply_arithmetic(applied, left, right);
}

Value negate(const Value& value) {
  if (is_null(value)) {
    return {};
  }
  if (is_integer(value)) {
    const Integer128 negated = -integer_of(value);
    const auto narrow = to_integer(negated, false);
    if (narrow) return *narrow;
    return Decimal{negated, 0};
  }
  if (const auto* decimal = std::get_if<Decimal>(&value)) {
    return Decimal{-decimal->coefficient, decimal->scale};
  }
  return -number_of(value);
}

Value logical_not(const Value& value) {
  const auto holds = is_true(value);
  if (!holds) return {};
  return truth(!*holds);
}

}  // namespace sluice::sql
