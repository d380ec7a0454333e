#include "sql/decimal.h"

#include <algorithm>
#include <array>

#include "sql/ascii.h"

namespace sluice::sql {
namespace {

constexpr std::array<Integer128, Decimal::digits_max + 2> powers_of_ten = [] {
  std::array<Integer128, Decimal::digits_max + 2> powers{};
  powers[0] = 1;
  for (std::size_t i = 1; i < powers.size(); ++i) {
    powers[i] = powers[i - 1] * 10;
  }
  return powers;
}();

Integer128 power_of_ten(int exponent) {
  return powers_of_ten[static_cast<std::size_t>(exponent)];
}

Integer128 magnitude(Integer128 number) {
  return number < 0 ? -number : number;
}

bool fits(Integer128 coefficient) {
  return magnitude(coefficient) < power_of_ten(Decimal::digits_max);
}

std::optional<Integer128> checked_product(Integer128 left, Integer128 right) {
  Integer128 product = 0;
  if (__builtin_mul_overflow(left, right, &product) || !fits(product)) return std::nullopt;
  return product;
}

/// Both numbers as coefficients of the same, larger scale.
struct Aligned {
  Integer128 left;
  Integer128 right;
  int scale;
};

std::optional<Aligned> align(const Decimal& left, const Decimal& right) {
  const int scale = std::max(left.scale, right.scale);
  const auto wide_left = checked_product(left.coefficient, power_of_ten(scale - left.scale));
  const auto wide_right = checked_product(right.coefficient, power_of_ten(scale - right.scale));
  if (!wide_left || !wide_right) return std::nullopt;
  return Aligned{*wide_left, *wide_right, scale};
}

std::optional<Decimal> made_of(Integer128 coefficient, int scale) {
  if (!fits(coefficient)) return std::nullopt;
  return Decimal{coefficient, scale};
}

/// `dividend` / `divisor`, rounded half away from zero.
Integer128 rounded_quotient(Integer128 dividend, Integer128 divisor) {
  const Integer128 quotient = dividend / divisor;
  const Integer128 rest = magnitude(dividend % divisor);
  if (rest < magnitude(divisor) - rest) return quotient;
  return (dividend < 0) == (divisor < 0) ? quotient + 1 : quotient - 1;
}

}  // namespace

std::string Decimal::text() const {
  std::string digits;
  for (Integer128 rest = magnitude(coefficient); rest > 0 || digits.size() <= static_cast<std::size_t>(scale);
       rest /= 10) {
    digits.push_back(static_cast<char>('0' + static_cast<int>(rest % 10)));
    if (digits.size() == static_cast<std::size_t>(scale)) digits.push_back('.');
  }
  // A point was put behind the last digit only where a digit in front of it follows.
  if (digits.back() == '.') digits.push_back('0');
  if (coefficient < 0) digits.push_back('-');
  std::ranges::reverse(digits);
  return digits;
}

double Decimal::approximate() const {
  return static_cast<double>(coefficient) / static_cast<double>(power_of_ten(scale));
}

std::optional<Decimal> parse_decimal(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  Decimal result;
  bool behind_point = false;
  std::size_t digits = 0;
  for (const char character : text) {
    if (character == '.' && !behind_point) {
      behind_point = true;
      continue;
    }
    if (!is_digit(character)) return std::nullopt;
    ++digits;
    result.coefficient = result.coefficient * 10 + (character - '0');
    result.scale += behind_point ? 1 : 0;
    if (!fits(result.coefficient) || result.scale > Decimal::scale_max) return std::nullopt;
  }
  if (digits == 0) return std::nullopt;
  if (negative) result.coefficient = -result.coefficient;
  return result;
}

std::optional<Decimal> add(const Decimal& left, const Decimal& right) {
  const auto aligned = align(left, right);
  return aligned ? made_of(aligned->left + aligned->right, aligned->scale) : std::nullopt;
}

std::optional<Decimal> subtract(const Decimal& left, const Decimal& right) {
  const auto aligned = align(left, right);
  return aligned ? made_of(aligned->left - aligned->right, aligned->scale) : std::nullopt;
}

std::optional<Decimal> multiply(const Decimal& left, const Decimal& right) {
  const auto product = checked_product(left.coefficient, right.coefficient);
  if (!product || left.scale + right.scale > Decimal::scale_max) return std::nullopt;
  return Decimal{*product, left.scale + right.scale};
}

std::optional<Decimal> divide(const Decimal& left, const Decimal& right) {
  const int scale = left.scale + Decimal::division_digits;
  // left / right = (left.coefficient * 10^(scale + right.scale - left.scale) / right.coefficient) / 10^scale
  const int shift = Decimal::division_digits + right.scale;
  if (scale > Decimal::scale_max || shift > Decimal::digits_max) return std::nullopt;
  const auto dividend = checked_product(left.coefficient, power_of_ten(shift));
  return dividend ? made_of(rounded_quotient(*dividend, right.coefficient), scale) : std::nullopt;
}

std::optional<Integer128> whole_quotient(const Decimal& left, const Decimal& right) {
  const auto aligned = align(left, right);
  return aligned ? std::optional(aligned->left / aligned->right) : std::nullopt;
}

std::optional<Decimal> remainder(const Decimal& left, const Decimal& right) {
  const auto aligned = align(left, right);
  return aligned ? made_of(aligned->left % aligned->right, aligned->scale) : std::nullopt;
}

std::optional<std::strong_ordering> compare(const Decimal& left, const Decimal& right) {
  const auto aligned = align(left, right);
  if (!aligned) return std::nullopt;
  return aligned->left <=> aligned->right;
}

}  // namespace sluice::sql
