#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <prometheus/metric_family.h>

#include "metrics/families.h"
#include "metrics/server_totals.h"
#include "supervise/node.h"

namespace sluice::supervise {

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
    const metrics::ServerTotals* totals = nullptr;
  };
  explicit ServerMetrics(Sources sources) : sources_(std::move(sources)) {}

  /// What the system does not tell of the host is left out, never 0. One thread at a time.
  [[nodiscard]] std::vector<prometheus::MetricFamily> collect() const;

 private:
  Sources sources_;
};

}  // namespace sluice::supervise
