#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::sql {

/// 128 bits, which both compilers we use have and the standard does not name.
__extension__ using Integer128 = __int128;

/// An exact number, coefficient / 10^scale, of at most digits_max digits (MySQL's DECIMAL has 65; what clients ask at
/// connect does not come near either). Arithmetic that would need more gives nothing; the caller goes on in floating
/// point.
struct Decimal {
  static constexpr int digits_max = 37;
  static constexpr int scale_max = 30;
  /// Digits a division adds behind the point (MySQL's div_precision_increment).
  static constexpr int division_digits = 4;

  Integer128 coefficient = 0;
  int scale = 0;  ///< 0 to scale_max

  /// "-12.50"
  [[nodiscard]] std::string text() const;
  [[nodiscard]] double approximate() const;
  [[nodiscard]] bool is_zero() const { return coefficient == 0; }
};

/// "12.50", ".5", "5.", "-3"; nothing for other text and for numbers that do not fit.
[[nodiscard]] std::optional<Decimal> parse_decimal(std::string_view text);

[[nodiscard]] std::optional<Decimal> add(const Decimal& left, const Decimal& right);
[[nodiscard]] std::optional<Decimal> subtract(const Decimal& left, const Decimal& right);
[[nodiscard]] std::optional<Decimal> multiply(const Decimal& left, const Decimal& right);
/// `right` is not zero. Rounded half away from zero to division_digits more than `left` has.
[[nodiscard]] std::optional<Decimal> divide(const Decimal& left, const Decimal& right);
/// `right` is not zero. Cut towards zero.
[[nodiscard]] std::optional<Integer128> whole_quotient(const Decimal& left, const Decimal& right);
/// `right` is not zero. The sign is that of `left`.
[[nodiscard]] std::optional<Decimal> remainder(const Decimal& left, const Decimal& right);
[[nodiscard]] std::optional<std::strong_ordering> compare(const Decimal& left, const Decimal& right);

}  // namespace sluice::sql
