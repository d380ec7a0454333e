#include "cluster/simulation/timeline.h"

#include <algorithm>

#include "base/assert.h"

namespace sluice::cluster::simulation {

bool Timeline::later(const Entry& left, const Entry& right) {
  return left.at != right.at ? left.at > right.at : left.number > right.number;
}

void Timeline::after(Time delay, Action action) {
  SLUICE_ASSERT(delay >= Time(0));
  entries_.push_back({now_ + delay, ++last_number_, std::move(action)});
  std::ranges::push_heap(entries_, later);
}

void Timeline::run_until(Time end) {
  while (!stopped_ && !entries_.empty() && entries_.front().at <= end) {
    std::ranges::pop_heap(entries_, later);
    Entry next = std::move(entries_.back());
    entries_.pop_back();
    now_ = next.at;
    next.action();
  }
  if (!stopped_) now_ = end;
}

}  // namespace sluice::cluster::simulation
