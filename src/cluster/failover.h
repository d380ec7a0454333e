#pragma once

#include <span>
#include <string>
#include <variant>

#include "base/error.h"
#include "cluster/epoch.h"
#include "cluster/failover_rules.h"
#include "cluster/membership.h"
#include "cluster/promotion.h"

namespace sluice::cluster {

/// All is well, or it is for the primary's own server or a person to act.
struct LeaveIt {
  std::string reason;
};
/// The primary has to be asked directly before it can be decided: ask, set `answers`, decide again.
struct AskPrimary {};
/// Nobody can take over and nothing is gone for good: the tenant waits.
struct NobodyLeft {
  std::string reason;
};
/// Nobody can take over, and the primary's server is gone: a new replica is made elsewhere (takeover.h) and is primary.
struct Takeover {
  std::string reason;
};

/// `Promotion`: that replica becomes primary.
using FailoverDecision = std::variant<LeaveIt, AskPrimary, Promotion, Takeover, NobodyLeft>;

/// Refused, with the reason, while who decides has not been in contact with the MetaDB long enough to know who is
/// silent: after an outage of the MetaDB, or its own, all heartbeats are old.
[[nodiscard]] Result<void> may_judge(const Contact& contact, Contact::Time now, const FailoverRules& rules = {});

/// What to do about a tenant whose recorded primary is `record.instance`, decided by a server that may_judge(), with
/// the silences that its BeatWatch tells. An instance that answers keeps its tenant whatever happened to the sluiced
/// beside it; one whose server beats is restarted there, unless it has failed for good or lives and answers nothing;
/// one that a person stopped is left alone. One that does not answer on a silent server is replaced. One whose disk is
/// full or fails gives way to a replica that follows it and has room, and stays where there is none. One that has
/// stopped capturing gives way to a replica that has more of the log, as one may that had only begun to copy it.
[[nodiscard]] FailoverDecision decide_failover(const PrimaryRecord& record, std::span<const ReplicaStatus> replicas,
                                               const FailoverRules& rules = {});

}  // namespace sluice::cluster
