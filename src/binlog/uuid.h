#pragma once

#include <array>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace sluice::binlog {

/// A server's uuid, the first half of a GTID.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  auto operator<=>(const Uuid&) const = default;

  /// 8-4-4-4-12 hexadecimal digits, in lower case.
  [[nodiscard]] std::string text() const;
};

/// Accepts what MySQL does: 32 digits in either case, dashes at the four usual places or at none, braces around or not.
[[nodiscard]] std::optional<Uuid> parse_uuid(std::string_view text);

}  // namespace sluice::binlog
