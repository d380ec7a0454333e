#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "cluster/failover.h"
#include "manage/instance_client.h"
#include "metadb/instances.h"
#include "metadb/meta_db.h"
#include "metadb/names.h"
#include "metadb/tenants.h"
#include "metrics/server_totals.h"
#include "server/primary_watch.h"
#include "server/takeover.h"

namespace sluice::server {

/// Sees to it that tenants have a primary: where none is recorded, or the recorded one is gone, silent or has failed
/// for good, the replica that cluster/failover.h chooses becomes it, or a new one is made on another server. Each is a
/// conditional update that one server wins, with the whole story in the history. One thread at a time; blocks.
class Primaries {
 public:
  struct Services {
    std::string server_id;
    std::string address;  ///< of this server, for people
    const manage::InstanceClient* instances = nullptr;
    metrics::ServerTotals* totals = nullptr;
    cluster::FailoverRules rules{};
  };
  explicit Primaries(Services services) : services_(std::move(services)) {}

  /// What this server knows when it looks.
  struct Sight {
    Doubts doubts;
    Silences silences;
    /// Why nobody is judged at present, as this server is not in good contact with the MetaDB. Any thread.
    std::function<Result<void>()> may_judge;
  };
  /// Looks at the tenants in doubt, and at those of the lost servers whose turn it is here. While the contact with the
  /// MetaDB is not good enough to judge anybody, only at those that never had a primary. True if a primary was set.
  [[nodiscard]] Result<bool> look(metadb::MetaDb& database, const Sight& sight);

 private:
  using Clock = std::chrono::steady_clock;

  /// A tenant that is looked at.
  struct Case {
    metadb::Tenant tenant;
    std::vector<metadb::Instance> replicas;
    std::vector<cluster::ReplicaStatus> statuses;
    cluster::PrimaryRecord record;
    cluster::FailoverDecision decision;
    metadb::SilentServer silent{};  ///< that of the primary, if it is silent
    std::string asked{};            ///< what became of asking the primary
  };
  struct View;

  [[nodiscard]] Result<std::vector<metadb::TenantName>> tenants_of_lost(metadb::MetaDb& database, const Sight& sight);
  [[nodiscard]] Result<std::optional<Case>> open_case(metadb::MetaDb& database, const metadb::TenantName& name,
                                                      const View& view) const;
  [[nodiscard]] Result<bool> look_at(metadb::MetaDb& database, std::span<const metadb::TenantName> tenants,
                                     const View& view, const Sight& sight, TakeoverPlaces& places);
  void ask_primaries(std::vector<Case>& cases) const;
  [[nodiscard]] Result<bool> carry_out(metadb::MetaDb& database, Case& one, TakeoverPlaces& places);
  [[nodiscard]] Result<bool> promote(metadb::MetaDb& database, const Case& one, const cluster::Promotion& promotion);
  [[nodiscard]] Result<bool> take_over(metadb::MetaDb& database, const Case& one, const cluster::Takeover& takeover,
                                       TakeoverPlaces& places);
  void part_from(const Case& one) const;
  [[nodiscard]] std::string story(const Case& one, const std::string& reason) const;
  [[nodiscard]] std::string who() const;
  void count_heirless(const Case& one, const std::string& reason);

  Services services_;
  struct Heirless {
    std::int64_t epoch = 0;
    Clock::time_point since;
    bool counted = false;
  };
  std::map<std::string, Heirless> heirless_;  ///< tenants nobody can be primary of
  Clock::time_point began_{};                 ///< this look
};

}  // namespace sluice::server
