#pragma once

#include <compare>
#include <cstdint>

namespace sluice::store {

/// A place in a log: the number of a file and an offset in it.
struct LogPosition {
  std::uint64_t file = 0;
  std::uint64_t offset = 0;

  auto operator<=>(const LogPosition&) const = default;
};

}  // namespace sluice::store
