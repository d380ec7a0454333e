#include "cluster/spread.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace sluice::cluster {

namespace {

using Idc = std::pair<std::string_view, std::string_view>;  ///< names of IDCs are their region's own

[[nodiscard]] std::string_view region_of(const Server& server) {
  return server.region;
}
[[nodiscard]] Idc idc_of(const Server& server) {
  return {server.region, server.idc};
}

/// Leaves the candidates whose place (region or IDC) has the fewest holders; the fewest, and how many places have it.
template <typename Place>
[[nodiscard]] std::string keep_fewest(std::span<const Server> servers, const std::vector<std::size_t>& holders,
                                      Place place, std::string_view word, std::vector<std::size_t>& candidates) {
  const auto holders_beside = [&](std::size_t candidate) {
    return std::ranges::count_if(
        holders, [&](std::size_t holder) { return place(servers[holder]) == place(servers[candidate]); });
  };
  auto fewest = std::numeric_limits<std::ptrdiff_t>::max();
  for (const std::size_t candidate : candidates)
    fewest = std::min(fewest, holders_beside(candidate));
  std::erase_if(candidates, [&](std::size_t candidate) { return holders_beside(candidate) > fewest; });
  return fmt::format("{} in {}s with {}", candidates.size(), word, fewest == 0 ? "none" : std::to_string(fewest));
}

}  // namespace

Spread spread_of(std::span<const Server> servers, const std::vector<std::size_t>& holders) {
  std::set<std::string_view> regions;
  std::set<Idc> idcs;
  for (const std::size_t holder : holders) {
    regions.insert(region_of(servers[holder]));
    idcs.insert(idc_of(servers[holder]));
  }
  return {regions.size(), idcs.size()};
}

std::string keep_best_spread(std::span<const Server> servers, const std::vector<std::size_t>& holders,
                             std::vector<std::size_t>& candidates) {
  if (holders.empty() || candidates.empty()) return "no other replica";
  const std::string regions = keep_fewest(servers, holders, region_of, "region", candidates);
  return fmt::format("{}, {}", regions, keep_fewest(servers, holders, idc_of, "IDC", candidates));
}

}  // namespace sluice::cluster
