#include "cluster/takeover.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/assert.h"

namespace sluice::cluster {

Result<TakeoverPlan> plan_takeover(std::span<const std::uint64_t> files, const TakeoverRules& rules) {
  SLUICE_ASSERT(rules.file_size > 0);
  if (files.empty()) {
    return fail(ErrorKind::not_found,
                "no log file of the tenant is recorded in the MetaDB: a new instance would begin another log than the "
                "one subscribers have; the tenant waits for its server");
  }
  const std::uint64_t newest = std::ranges::max(files);
  const std::uint64_t files_max = std::max<std::uint64_t>(1, rules.written_anew_max / rules.file_size);
  std::uint64_t first = newest;
  for (const std::uint64_t file : files) {
    if (newest - file < files_max) first = std::min(first, file);
  }
  return TakeoverPlan{first,
                      fmt::format("begins at mysql-bin.{:06}; the newest recorded is mysql-bin.{:06}", first, newest)};
}

}  // namespace sluice::cluster
