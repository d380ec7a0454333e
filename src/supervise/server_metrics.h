#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <vector>

#include <prometheus/metric_family.h>

#include "metrics/families.h"
#include "supervise/node.h"

namespace sluice::supervise {

/// What a Binlog server did since its start. Who does a thing counts it, so the sum over all servers is the cluster's
/// number. Any thread.
struct ServerTotals {
  using Count = std::atomic<std::uint64_t>;

  Count tenants_created = 0;
  Count tenants_released = 0;    ///< DROP BINLOG
  Count instances_created = 0;   ///< placed and started for the first time, on this server
  Count instances_released = 0;  ///< dropped with their files, on this server
  Count instances_stopped = 0;   ///< as asked for
  Count instances_down = 0;      ///< their process ended unasked
  Count primaries_switched = 0;
  Count switches_failed = 0;       ///< asked for or decided, and not carried out
  Count failovers_failed = 0;      ///< a primary is gone, and its tenant could not be given another
  Count tenants_without_heir = 0;  ///< the part of them in which no replica could take over
  Count gtids_inconsistent = 0;    ///< instances of this server that stopped as their source contradicts the log
  Count placements_failed = 0;     ///< no server could take an instance
  Count servers_down = 0;          ///< other servers this one judged OFFLINE
  Count sql_requests = 0;          ///< statements at the server's own port; not those relayed
  Count dump_requests = 0;         ///< dump commands that were relayed to an instance
};

/// What a Binlog server has at present.
struct ServerGauges {
  std::uint64_t instances = 0;  ///< on this server, that are not dropped
  std::uint64_t replicas = 0;   ///< of them, those that are not their tenant's primary
};

/// Makes what a scrape tells of a Binlog server and its host; docs/operation.md lists the metrics.
class ServerMetrics {
 public:
  /// All are asked in each collect(), by its thread. `node` tells what the host uses at present: the sample a beat has
  /// taken, or one of a NodeSampler of its own, where two scrapers would shorten each other's time between samples.
  /// `totals` outlives this.
  struct Sources {
    metrics::Labels labels{};
    std::function<NodeUse()> node;
    std::function<ServerGauges()> gauges;
    const ServerTotals* totals = nullptr;
  };
  explicit ServerMetrics(Sources sources) : sources_(std::move(sources)) {}

  /// What the system does not tell of the host is left out, never 0. One thread at a time.
  [[nodiscard]] std::vector<prometheus::MetricFamily> collect() const;

 private:
  Sources sources_;
};

}  // namespace sluice::supervise
