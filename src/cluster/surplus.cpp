#include "cluster/surplus.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace sluice::cluster {

namespace {

/// Whether `left` is the one to do without, rather than `right`.
[[nodiscard]] bool more_dispensable(const ReplicaStatus& left, const ReplicaStatus& right, const std::string& primary) {
  if (left.first_file != right.first_file) return left.first_file > right.first_file;
  if ((left.instance == primary) != (right.instance == primary)) return right.instance == primary;
  if (left.end != right.end) return left.end < right.end;
  return left.instance > right.instance;
}

}  // namespace

std::optional<Surplus> find_surplus(const PrimaryRecord& record, std::span<const ReplicaStatus> replicas,
                                    unsigned wanted, const FailoverRules& rules) {
  std::vector<ReplicaStatus> living;
  for (const ReplicaStatus& one : replicas) {
    if (!why_not_primary(one, rules)) living.push_back(one);
  }
  const auto primary = std::ranges::find(living, record.instance, &ReplicaStatus::instance);
  if (living.size() <= std::max(wanted, 1U) || primary == living.end()) return std::nullopt;
  const auto chosen = std::ranges::min_element(living, [&](const ReplicaStatus& left, const ReplicaStatus& right) {
    return more_dispensable(left, right, record.instance);
  });
  const auto heir = choose_primary(living, chosen->instance, rules);
  const auto kept = heir ? std::ranges::find(living, heir->instance, &ReplicaStatus::instance) : living.end();
  if (kept == living.end() || kept->end.file < chosen->end.file) return std::nullopt;
  if (kept->disk_trouble) return std::nullopt;  // it would give way again
  Surplus surplus{.instance = chosen->instance, .heir = {}, .reason = {}};
  if (chosen == primary) surplus.heir = heir->instance;
  surplus.reason =
      fmt::format("{} replicas live, {} wanted; the log of {} begins with mysql-bin.{:06}, {} has the rest",
                  living.size(), wanted, chosen->instance, chosen->first_file, kept->instance);
  return surplus;
}

}  // namespace sluice::cluster
