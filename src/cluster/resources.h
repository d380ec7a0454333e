#pragma once

#include <algorithm>
#include <cstdint>

namespace sluice::cluster {

/// An amount of what a host has and an instance uses. A value; sums of a cluster's hosts stay far below 2^63.
struct Resources {
  double cpu = 0;             ///< cores
  std::uint64_t memory = 0;   ///< bytes
  std::uint64_t disk = 0;     ///< bytes
  std::uint64_t network = 0;  ///< bytes per second, in and out together

  bool operator==(const Resources&) const = default;
};

[[nodiscard]] inline Resources operator+(const Resources& left, const Resources& right) {
  return {left.cpu + right.cpu, left.memory + right.memory, left.disk + right.disk, left.network + right.network};
}

/// What is left of `left`, 0 where `right` is more.
[[nodiscard]] inline Resources operator-(const Resources& left, const Resources& right) {
  const auto less = [](std::uint64_t a, std::uint64_t b) { return a - std::min(a, b); };
  return {std::max(0.0, left.cpu - right.cpu), less(left.memory, right.memory), less(left.disk, right.disk),
          less(left.network, right.network)};
}

/// `part` of `whole` as a share of 1; 0 of nothing is 0, anything else of nothing is 1.
[[nodiscard]] inline double share(double part, double whole) {
  if (whole <= 0) return part > 0 ? 1 : 0;
  return part / whole;
}

}  // namespace sluice::cluster
