#pragma once

#include <chrono>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "cluster/failover_rules.h"
#include "cluster/moment.h"
#include "metadb/instance_report.h"
#include "metadb/names.h"
#include "server/instance_keeper.h"

namespace sluice::server {

/// How long nothing has come from each server, by its id: what every look at the MetaDB brings.
using Silences = std::map<std::string, cluster::Milliseconds>;

/// Whether nothing has come from the server for `time`. One that is not listed was removed, and is silent.
[[nodiscard]] bool is_silent(const Silences& silences, const std::string& server, cluster::Milliseconds time);

/// The tenants whose primary has to be looked at closely. Of those that `own` instances follow: it is gone or has
/// failed, its server is silent, or the follower misses it or has more than it. Of those whose primary is here: its
/// disk takes nothing. Nothing is asked for this; while all is well there is none.
[[nodiscard]] std::vector<metadb::TenantName> doubtful_tenants(std::span<const InstanceKeeper::Running> own,
                                                               std::span<const metadb::InstanceReport> reports,
                                                               const Silences& silences,
                                                               const cluster::FailoverRules& rules = {});

/// The servers of `silences` that have been silent for so long that their tenants may have to be taken over.
[[nodiscard]] std::vector<std::string> lost_servers(const Silences& silences, const cluster::FailoverRules& rules = {});

/// Whether the server `self` is the one to take over the tenant from the lost one: all that beat take turns, ten
/// seconds each, and begin with different ones for different tenants. They need not agree: the tenant's epoch decides.
[[nodiscard]] bool is_turn_of(const std::string& self, const metadb::TenantName& tenant, const std::string& lost,
                              const Silences& silences, const cluster::FailoverRules& rules = {});

/// What there is to be looked at.
struct Doubts {
  std::vector<metadb::TenantName> tenants;
  std::vector<std::string> lost;  ///< servers

  [[nodiscard]] bool empty() const { return tenants.empty() && lost.empty(); }
  bool operator==(const Doubts&) const = default;
};

/// When doubts are looked at: at once when they are not those of before; then four times a second, and the more rarely
/// the longer they last, down to once a minute, unless something has changed.
class DoubtPace {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// True: to be looked at now, which counts as done.
  [[nodiscard]] bool is_due(const Doubts& doubts, bool changed, Time now);
  /// How long it may be until is_due() is asked again; `most` if there is no doubt.
  [[nodiscard]] std::chrono::milliseconds pause(Time now, std::chrono::milliseconds most) const;

 private:
  Doubts doubts_;
  Time since_{};
  Time last_{};
  Time next_{};
};

}  // namespace sluice::server
