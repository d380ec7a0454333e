#include "cluster/simulation/decisions.h"

#include <algorithm>

namespace sluice::cluster::simulation {

bool Decisions::may_judge(const BeatWatch& watch, Contact::Time now) const {
  if (mistake == Mistake::judges_without_contact) return true;
  return watch.may_judge(now).has_value();
}

Judgements Decisions::judge(std::span<const Sighting> seen, std::string_view self, const Contact& contact,
                            Contact::Time now) const {
  return judge_servers(seen, self, contact, now, membership);
}

FailoverDecision Decisions::decide(const PrimaryRecord& record, std::vector<ReplicaStatus> replicas) const {
  const auto primary = std::ranges::find(replicas, record.instance, &ReplicaStatus::instance);
  if (mistake == Mistake::any_heir) {
    for (ReplicaStatus& one : replicas)
      if (one.instance != record.instance) one.heartbeat_age = Milliseconds(0);
  }
  if (mistake == Mistake::replaces_at_once && primary != replicas.end() && primary->state != InstanceState::running)
    primary->heartbeat_age.reset();
  if (mistake == Mistake::keeps_full_disks && primary != replicas.end()) primary->disk_state.clear();
  if (mistake == Mistake::any_room) {
    for (ReplicaStatus& one : replicas) {
      if (one.instance == record.instance) continue;
      one.follows = one.state == InstanceState::running;
      one.disk_trouble.reset();
    }
  }
  FailoverDecision decision = decide_failover(record, replicas, failover);
  if (mistake == Mistake::asks_nobody && std::holds_alternative<AskPrimary>(decision)) {
    primary->answers = false;
    decision = decide_failover(record, replicas, failover);
  }
  if (mistake == Mistake::no_takeover && std::holds_alternative<Takeover>(decision)) return NobodyLeft{"mistake"};
  return decision;
}

Result<TakeoverPlan> Decisions::plan(std::span<const std::uint64_t> files) const {
  if (mistake == Mistake::begins_another_log && files.empty()) return TakeoverPlan{};
  return plan_takeover(files, {.file_size = 1, .written_anew_max = 2});
}

bool Decisions::may_store(const PrimaryRecord& stored, const PrimaryRecord& judged) const {
  return mistake == Mistake::no_epoch_condition || stored.epoch == judged.epoch;
}

}  // namespace sluice::cluster::simulation
