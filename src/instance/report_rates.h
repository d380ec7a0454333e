#pragma once

#include <mutex>

#include "instance/capture_totals.h"
#include "metrics/rate_window.h"

namespace sluice::instance {

/// How fast capture is at present, for REPORT. Any thread.
class ReportRates {
 public:
  struct Rates {
    double fetched_events = 0;  ///< all a second
    double stored_events = 0;
    double stored_bytes = 0;
  };

  [[nodiscard]] Rates at(std::chrono::steady_clock::time_point now, const CaptureTotals& totals) {
    const std::lock_guard lock(mutex_);
    return {fetched_events_.rate(static_cast<double>(totals.fetched_events), now),
            stored_events_.rate(static_cast<double>(totals.stored_events), now),
            stored_bytes_.rate(static_cast<double>(totals.stored_bytes), now)};
  }

 private:
  using Clock = std::chrono::steady_clock;
  std::mutex mutex_;
  metrics::RateWindow fetched_events_{Clock::now()};
  metrics::RateWindow stored_events_{Clock::now()};
  metrics::RateWindow stored_bytes_{Clock::now()};
};

}  // namespace sluice::instance
