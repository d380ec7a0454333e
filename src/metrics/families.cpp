#include "metrics/families.h"

#include <limits>

namespace sluice::metrics {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

ClientMetric& Families::add_metric(MetricFamily& family, const Labels& labels) const {
  ClientMetric& metric = family.metric.emplace_back();
  for (const Labels* some : {&common_, &labels}) {
    for (const auto& [name, value] : *some)
      metric.label.push_back({name, value});
  }
  return metric;
}

ClientMetric& Families::add(const std::string& name, const std::string& help, MetricType type) {
  families_.push_back({name, help, type, {}});
  return add_metric(families_.back(), {});
}

void Families::gauge(const std::string& name, const std::string& help, double value) {
  add(name, help, MetricType::Gauge).gauge.value = value;
}

void Families::counter(const std::string& name, const std::string& help, double value) {
  add(name, help, MetricType::Counter).counter.value = value;
}

void Families::histogram(const std::string& name, const std::string& help,
                         const DurationHistogram::Snapshot& snapshot) {
  auto& histogram = add(name, help, MetricType::Histogram).histogram;
  for (std::size_t i = 0; i < snapshot.counts.size(); ++i) {
    histogram.sample_count += snapshot.counts[i];
    const bool last = i == DurationHistogram::bounds.size();
    histogram.bucket.push_back(
        {histogram.sample_count, last ? std::numeric_limits<double>::infinity() : DurationHistogram::bounds[i]});
  }
  histogram.sample_sum = snapshot.sum_seconds;
}

void Families::gauges(const std::string& name, const std::string& help, const std::vector<Labelled>& values) {
  families_.push_back({name, help, MetricType::Gauge, {}});
  for (const Labelled& one : values)
    add_metric(families_.back(), one.labels).gauge.value = one.value;
}

void Families::counters(const std::string& name, const std::string& help, const std::vector<Labelled>& values) {
  families_.push_back({name, help, MetricType::Counter, {}});
  for (const Labelled& one : values)
    add_metric(families_.back(), one.labels).counter.value = one.value;
}

}  // namespace sluice::metrics
