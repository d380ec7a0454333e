#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <prometheus/metric_family.h>

#include "base/error.h"

namespace sluice::metrics {

/// Answers GET /metrics in Prometheus's text format, at a port and in a thread of its own. Takes at most 16 connections
/// at a time, each for one request of at most 8 KiB and 5 seconds.
class MetricsServer {
 public:
  /// Called for each scrape, by the server's thread.
  using Collect = std::function<std::vector<prometheus::MetricFamily>()>;

  /// `port` 0: any free one. The error names address and port.
  [[nodiscard]] static Result<std::unique_ptr<MetricsServer>> start(const std::string& address, std::uint16_t port,
                                                                    Collect collect);
  /// Ends at once; `collect` is not called any more.
  ~MetricsServer();
  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;

  [[nodiscard]] std::uint16_t port() const;

 private:
  struct State;
  explicit MetricsServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sluice::metrics
