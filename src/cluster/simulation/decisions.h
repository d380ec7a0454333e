#pragma once

#include <span>

#include "cluster/beat_watch.h"
#include "cluster/epoch.h"
#include "cluster/failover.h"
#include "cluster/membership.h"
#include "cluster/takeover.h"

namespace sluice::cluster::simulation {

/// A mistake somebody might make in a decision, to see that the simulation finds it.
enum class Mistake : std::uint8_t {
  none,
  no_epoch_condition,      ///< a new primary is stored whatever the MetaDB has by now
  judges_without_contact,  ///< who was cut off judges by the heartbeats it finds
  asks_nobody,             ///< a primary on a silent server counts as dead without being asked
  any_heir,                ///< a replica on a silent server may become primary
  begins_another_log,      ///< a takeover begins anew where no file is recorded
  no_takeover,             ///< a tenant without another replica waits for its host
  replaces_at_once,        ///< a primary that does not answer is replaced though its server beats
  believes_the_metadb,     ///< the age of a heartbeat by the MetaDB\'s clock is silence
  keeps_full_disks,        ///< a primary whose disk is full stays
  any_room,                ///< a primary whose disk is full gives way to one whose disk is full too
};

/// The decisions of src/cluster as the simulation makes them: the real ones, or one of them with a mistake.
struct Decisions {
  Mistake mistake = Mistake::none;
  FailoverRules failover{};
  MembershipRules membership{};

  [[nodiscard]] bool may_judge(const BeatWatch& watch, Contact::Time now) const;
  [[nodiscard]] Judgements judge(std::span<const Sighting> seen, std::string_view self, const Contact& contact,
                                 Contact::Time now) const;
  [[nodiscard]] FailoverDecision decide(const PrimaryRecord& record, std::vector<ReplicaStatus> replicas) const;
  [[nodiscard]] Result<TakeoverPlan> plan(std::span<const std::uint64_t> files) const;
  /// Whether the MetaDB, which has `stored` by now, stores what follows on `judged`.
  [[nodiscard]] bool may_store(const PrimaryRecord& stored, const PrimaryRecord& judged) const;
};

}  // namespace sluice::cluster::simulation
