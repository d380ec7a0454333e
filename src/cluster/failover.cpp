#include "cluster/failover.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include <fmt/format.h>

namespace sluice::cluster {

namespace {

[[nodiscard]] double seconds_of(std::chrono::steady_clock::duration time) {
  return std::chrono::duration<double>(time).count();
}

/// Another replica, or what becomes of a tenant that has none which could be primary.
[[nodiscard]] FailoverDecision replace(const PrimaryRecord& record, std::span<const ReplicaStatus> replicas,
                                       const std::string& why, bool server_is_gone, const FailoverRules& rules) {
  auto choice = choose_primary(replicas, record.instance, rules);
  if (choice) return Promotion{choice->instance, fmt::format("{}; {}", why, choice->reason)};
  std::string reason = fmt::format("{}; {}", why, choice.error().message);
  if (server_is_gone) return Takeover{std::move(reason)};
  return NobodyLeft{std::move(reason)};
}

/// Whether the primary can store nothing, and its server is there to say so.
[[nodiscard]] bool is_stuck(const ReplicaStatus& primary, const FailoverRules& rules) {
  return !primary.disk_state.empty() && primary.disk_trouble >= rules.disk_patience &&
         !silent_for(primary, rules.silent_after);
}

/// Only to one that copies what there is, or has more already, and has room for what comes: what the other serves is
/// served still, so that there is no hurry, and two full disks do not take turns.
[[nodiscard]] FailoverDecision relieve(const ReplicaStatus& primary, std::span<const ReplicaStatus> replicas,
                                       const FailoverRules& rules) {
  std::vector<ReplicaStatus> fit;
  std::ranges::copy_if(replicas, std::back_inserter(fit), [&](const ReplicaStatus& one) {
    const bool continues = one.follows || one.end > primary.end;
    return continues && !one.disk_trouble;
  });
  std::string why = fmt::format("the primary {} has stored nothing for {:.1f} s: {}", primary.instance,
                                seconds_of(*primary.disk_trouble), primary.disk_state);
  const auto choice = choose_primary(fit, primary.instance, rules);
  if (!choice) return LeaveIt{why + "; no other replica follows it and has room"};
  return Promotion{choice->instance, fmt::format("{}; of those that follow it and have room {}", why, choice->reason)};
}

/// Those whose log goes on behind the end of the primary's. Most often there is none.
[[nodiscard]] std::vector<ReplicaStatus> further_than(const ReplicaStatus& primary,
                                                      std::span<const ReplicaStatus> replicas) {
  std::vector<ReplicaStatus> further;
  std::ranges::copy_if(replicas, std::back_inserter(further),
                       [&](const ReplicaStatus& one) { return one.end > primary.end; });
  return further;
}

}  // namespace

Result<void> may_judge(const Contact& contact, Contact::Time now, const FailoverRules& rules) {
  if (!contact.since || !contact.last) return fail(ErrorKind::refused, "the MetaDB has not answered yet");
  if (now - *contact.last >= rules.silent_after) {
    return fail(ErrorKind::refused,
                fmt::format("the MetaDB has not answered for {:.1f} s", seconds_of(now - *contact.last)));
  }
  if (now - *contact.since < rules.contact_needed) {
    return fail(ErrorKind::refused,
                fmt::format("in contact with the MetaDB for {:.1f} s, less than the {} s after which it is known who "
                            "beats",
                            seconds_of(now - *contact.since), seconds_of(rules.contact_needed)));
  }
  return {};
}

FailoverDecision decide_failover(const PrimaryRecord& record, std::span<const ReplicaStatus> replicas,
                                 const FailoverRules& rules) {
  if (record.instance.empty()) return replace(record, replicas, "the tenant has no primary", false, rules);
  const auto primary = std::ranges::find(replicas, record.instance, &ReplicaStatus::instance);
  if (primary == replicas.end())
    return replace(record, replicas, fmt::format("the primary {} is gone", record.instance), false, rules);

  const std::string& name = primary->instance;
  if (primary->answers == true) return LeaveIt{fmt::format("{} answers", name)};
  if (primary->state == InstanceState::stopped) return LeaveIt{fmt::format("{} was stopped by a person", name)};
  if (primary->state == InstanceState::failed)
    return replace(record, replicas, fmt::format("the primary {} has failed", name), false, rules);

  if (primary->capture_stopped) {
    const auto choice = choose_primary(further_than(*primary, replicas), name, rules);
    const std::string why = fmt::format("the primary {} has stopped capturing, and others have more of the log", name);
    if (choice) return Promotion{choice->instance, fmt::format("{}; {}", why, choice->reason)};
  }
  if (is_stuck(*primary, rules)) return relieve(*primary, replicas, rules);
  const bool silent = silent_for(*primary, rules.silent_after);
  const bool frozen = primary->unanswered >= rules.frozen_after;
  if (!silent && !frozen) return LeaveIt{fmt::format("the server of {} beats and looks after it", name)};
  if (!primary->answers) return AskPrimary{};
  const std::string seen = silent
                               ? silence_text(*primary)
                               : fmt::format("its process, which lives, has answered its server nothing for {:.1f} s",
                                             seconds_of(*primary->unanswered));
  return replace(record, replicas, fmt::format("the primary {} does not answer and {}", name, seen),
                 silent_for(*primary, rules.takeover_after), rules);
}

}  // namespace sluice::cluster
