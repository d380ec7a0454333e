#include "metrics/rate_window.h"

#include <utility>

namespace sluice::metrics {

double RateWindow::rate(double count, Time now) {
  if (now - newer_.time >= width_min) {
    older_ = std::exchange(newer_, Sample{now, count});
  }
  const double seconds = std::chrono::duration<double>(now - older_.time).count();
  return seconds > 0 ? (count - older_.count) / seconds : 0;
}

}  // namespace sluice::metrics
