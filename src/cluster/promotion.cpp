#include "cluster/promotion.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace sluice::cluster {

namespace {

constexpr std::size_t excuses_max = 8;

[[nodiscard]] std::string_view state_text(InstanceState state) {
  switch (state) {
    case InstanceState::starting:
      return "is starting";
    case InstanceState::running:
      return "runs";
    case InstanceState::failed:
      return "has failed";
    case InstanceState::stopped:
      return "is stopped";
  }
  return "is in no known state";
}

[[nodiscard]] std::string place_text(const LogPlace& place) {
  return fmt::format("mysql-bin.{:06}:{}", place.file, place.offset);
}

/// Why the replica cannot be primary; empty if it can.
[[nodiscard]] std::string unfit(const ReplicaStatus& replica) {
  if (replica.answers == false) return "does not answer";
  if (replica.state != InstanceState::running) return std::string(state_text(replica.state));
  if (replica.server == ServerState::offline && replica.answers != true) return "its server is OFFLINE";
  if (replica.diverged) return "its log differs from the primary's";
  if (replica.end.file == 0) return "has no log yet";
  return {};
}

/// Whether `left` is the better primary. The log of the newest epoch is the tenant's, however far one goes that was
/// copied from a primary since replaced: where the source's member changed between the two, their bytes may differ.
[[nodiscard]] bool better(const ReplicaStatus& left, const ReplicaStatus& right) {
  if (left.epoch != right.epoch) return left.epoch > right.epoch;
  if (left.end != right.end) return left.end > right.end;
  if (left.first_file != right.first_file) return left.first_file < right.first_file;
  return left.instance < right.instance;
}

[[nodiscard]] std::string why_chosen(const ReplicaStatus& chosen, std::size_t fit) {
  if (fit == 1) return fmt::format("{} is the only living replica, at {}", chosen.instance, place_text(chosen.end));
  return fmt::format("{} is the most advanced of {} living replicas, at {}", chosen.instance, fit,
                     place_text(chosen.end));
}

}  // namespace

Result<Promotion> choose_primary(std::span<const ReplicaStatus> replicas, std::string_view not_among) {
  const ReplicaStatus* chosen = nullptr;
  std::size_t fit = 0;
  std::vector<std::string> excuses;
  for (const ReplicaStatus& replica : replicas) {
    if (replica.instance == not_among) continue;
    if (std::string why = unfit(replica); !why.empty()) {
      if (excuses.size() < excuses_max) excuses.push_back(fmt::format("{}: {}", replica.instance, why));
      continue;
    }
    ++fit;
    if (!chosen || better(replica, *chosen)) chosen = &replica;
  }
  if (chosen) return Promotion{chosen->instance, why_chosen(*chosen, fit)};
  if (excuses.empty()) return fail(ErrorKind::not_found, "the tenant has no other replica");
  return fail(ErrorKind::not_found, fmt::format("no replica can be primary: {}", fmt::join(excuses, ", ")));
}

FailoverDecision decide_failover(const PrimaryRecord& record, std::span<const ReplicaStatus> replicas) {
  const auto replace = [&](std::string_view why) -> FailoverDecision {
    auto choice = choose_primary(replicas, record.instance);
    if (!choice) return NobodyLeft{fmt::format("{}; {}", why, choice.error().message)};
    return Promotion{choice->instance, fmt::format("{}; {}", why, choice->reason)};
  };
  if (record.instance.empty()) return replace("the tenant has no primary");
  const auto primary = std::ranges::find(replicas, record.instance, &ReplicaStatus::instance);
  if (primary == replicas.end()) return replace(fmt::format("the primary {} is gone", record.instance));

  if (primary->answers == true) return LeaveIt{fmt::format("{} answers", primary->instance)};
  if (primary->state == InstanceState::stopped)
    return LeaveIt{fmt::format("{} was stopped by a person", primary->instance)};
  if (primary->state == InstanceState::failed)
    return replace(fmt::format("the primary {} has failed", primary->instance));
  if (primary->server != ServerState::offline) {
    return LeaveIt{fmt::format("the server of {} is {} and looks after it", primary->instance,
                               server_state_text(primary->server))};
  }
  if (!primary->answers) return AskPrimary{};
  return replace(fmt::format("the primary {} does not answer and its server is OFFLINE", primary->instance));
}

}  // namespace sluice::cluster
