#pragma once

#include <cstdint>

#include "cluster/promotion.h"

namespace sluice::cluster::simulation {

/// An instance's log: transactions of the tenant's database, by number. A file ends after transactions_per_file. Two
/// logs of one origin have the same bytes at each place both have; with different origins they differ everywhere.
struct TenantLog {
  static constexpr std::uint64_t transactions_per_file = 32;

  std::uint64_t origin = 0;      ///< the transaction with which file 1 begins, or would
  std::uint64_t first_file = 0;  ///< 0: empty, nothing else counts
  std::uint64_t end = 0;         ///< behind the last transaction

  [[nodiscard]] bool is_empty() const { return first_file == 0; }
  [[nodiscard]] std::uint64_t begin_of(std::uint64_t file) const { return origin + (file - 1) * transactions_per_file; }
  [[nodiscard]] std::uint64_t begin() const { return begin_of(first_file); }
  [[nodiscard]] std::uint64_t last_file() const { return 1 + (end - origin) / transactions_per_file; }
  [[nodiscard]] LogPlace place() const {
    if (is_empty()) return {};
    return {last_file(), (end - origin) % transactions_per_file};
  }
};

}  // namespace sluice::cluster::simulation
