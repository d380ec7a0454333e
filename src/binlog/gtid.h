#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "binlog/uuid.h"

namespace sluice::binlog {

/// Where a GTID's number comes from: a server's uuid and, since MySQL 8.3, an optional tag (lower case, 32 characters
/// at the most; empty for none).
struct GtidSource {
  Uuid uuid;
  std::string tag;

  auto operator<=>(const GtidSource&) const = default;
};

/// One transaction's identity. Numbers run from 1 to gtid_number_max.
struct Gtid {
  GtidSource source;
  std::uint64_t number = 0;

  auto operator<=>(const Gtid&) const = default;

  /// "uuid:number" or "uuid:tag:number".
  [[nodiscard]] std::string text() const;
};

inline constexpr std::size_t gtid_tag_size_max = 32;

/// A tag in lower case: a letter or underscore, then letters, digits and underscores, 32 characters at the most.
/// Nothing for any other text, the empty one included.
[[nodiscard]] std::optional<std::string> parse_gtid_tag(std::string_view text);

/// One less than 2^63 - 1, the end no interval may reach (MySQL's GNO_END).
inline constexpr std::uint64_t gtid_number_max = 0x7FFFFFFFFFFFFFFEULL;

}  // namespace sluice::binlog
