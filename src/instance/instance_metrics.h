#pragma once

#include <atomic>
#include <functional>
#include <vector>

#include "answers/server_state.h"
#include "dump/dump_registry.h"
#include "instance/capture_totals.h"
#include "listen/connection_totals.h"
#include "metrics/families.h"
#include "metrics/process_usage.h"
#include "metrics/rate_window.h"
#include "store/log.h"

namespace sluice::instance {

/// Where an instance's metrics come from. All must outlive it.
struct MetricsSources {
  metrics::Labels labels;
  std::filesystem::path data_directory;
  const store::Log* log = nullptr;
  const CaptureTotals* capture = nullptr;
  dump::DumpRegistry* dumps = nullptr;
  const listen::ConnectionTotals* serving = nullptr;
  const std::atomic<std::uint64_t>* statements = nullptr;  ///< executions of SQL
  std::function<answers::CaptureStatus()> capture_status;
  std::function<bool()> caught_up;  ///< see Instance::caught_up
  std::function<std::size_t()> connections;
};

/// Makes what a scrape tells of an instance; docs/operation.md lists the metrics. One thread.
class InstanceMetrics {
 public:
  explicit InstanceMetrics(MetricsSources sources);

  [[nodiscard]] std::vector<prometheus::MetricFamily> collect();

  /// So many subscribers have metrics of their own at the most: those that have been here longest.
  static constexpr std::size_t subscribers_max = 100;

 private:
  using Time = metrics::RateWindow::Time;

  void add_resources(metrics::Families& families, Time now);
  void add_conversion(metrics::Families& families, Time now);
  void add_subscription(metrics::Families& families, Time now);
  void add_requests(metrics::Families& families) const;

  MetricsSources sources_;
  double cpu_at_start_;
  metrics::RateWindow cpu_;
  metrics::RateWindow fetched_events_;
  metrics::RateWindow stored_events_;
  metrics::RateWindow stored_bytes_;
  metrics::RateWindow sent_events_;
  metrics::RateWindow sent_bytes_;
  metrics::RateWindow heartbeats_;
};

}  // namespace sluice::instance
