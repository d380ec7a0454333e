#pragma once

#include <optional>
#include <span>
#include <string>

#include "cluster/epoch.h"
#include "cluster/failover_rules.h"
#include "cluster/promotion.h"

namespace sluice::cluster {

/// A replica that a tenant has beyond those it wants, as after a takeover whose old server returned.
struct Surplus {
  std::string instance;  ///< is to be dropped, on condition that it is not primary and the epoch still the judged one
  std::string heir;      ///< not empty: the instance is primary; first this one becomes it, nothing is dropped yet
  std::string reason;
};

/// Which replica to drop of a tenant that has more living ones than it wants; nothing if it has not, or its primary
/// does not live, or it is too early. Of those that live the one whose log begins last goes, when another has what it
/// has but for the newest file's end; of equals not the primary.
[[nodiscard]] std::optional<Surplus> find_surplus(const PrimaryRecord& record, std::span<const ReplicaStatus> replicas,
                                                  unsigned wanted, const FailoverRules& rules = {});

}  // namespace sluice::cluster
