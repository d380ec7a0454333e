#pragma once

#include <map>
#include <string>
#include <vector>

#include <prometheus/metric_family.h>

#include "base/duration_histogram.h"

namespace sluice::metrics {

using Labels = std::map<std::string, std::string>;

/// Gathers what one scrape tells. Every metric gets the common labels.
class Families {
 public:
  explicit Families(Labels common) : common_(std::move(common)) {}

  /// `help` says what the number means and its unit.
  void gauge(const std::string& name, const std::string& help, double value);
  void counter(const std::string& name, const std::string& help, double value);
  void histogram(const std::string& name, const std::string& help, const DurationHistogram::Snapshot& snapshot);

  /// One metric for each set of labels, which must differ from each other.
  struct Labelled {
    Labels labels;
    double value = 0;
  };
  void gauges(const std::string& name, const std::string& help, const std::vector<Labelled>& values);
  void counters(const std::string& name, const std::string& help, const std::vector<Labelled>& values);

  [[nodiscard]] std::vector<prometheus::MetricFamily> take() { return std::move(families_); }

 private:
  prometheus::ClientMetric& add(const std::string& name, const std::string& help, prometheus::MetricType type);
  prometheus::ClientMetric& add_metric(prometheus::MetricFamily& family, const Labels& labels) const;

  Labels common_;
  std::vector<prometheus::MetricFamily> families_;
};

}  // namespace sluice::metrics
