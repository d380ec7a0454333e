#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/error.h"

namespace sluice::cluster {

struct TakeoverRules {
  std::uint64_t file_size = 0;                              ///< max_binlog_size of the tenant, bytes; above 0
  std::uint64_t written_anew_max = std::uint64_t{1} << 30;  ///< bytes
};

struct TakeoverPlan {
  std::uint64_t first_file = 0;  ///< the number of the recorded file at which the new instance begins
  std::string reason;
};

/// At which of a tenant's recorded log files (numbers, in any order) a new instance begins that takes over from a
/// primary nobody can reach: the oldest such that it has to write no more than `written_anew_max` again before it is
/// where the old one was, or the newest file, if that alone is more. Older files come with the old primary, if it
/// returns. not_found if no file is recorded: a new instance would begin another log than the one subscribers have.
[[nodiscard]] Result<TakeoverPlan> plan_takeover(std::span<const std::uint64_t> files, const TakeoverRules& rules);

}  // namespace sluice::cluster
