#include "cluster/disk_watch.h"

namespace sluice::cluster {

std::optional<Milliseconds> DiskWatch::see(const Sight& sight, Time now) {
  if (since_ && (sight.end != end_ || (!sight.waits && sight.has_room))) since_.reset();
  if (sight.waits && !since_) since_ = now;
  end_ = sight.end;
  if (!since_) return std::nullopt;
  return std::chrono::duration_cast<Milliseconds>(now - *since_);
}

}  // namespace sluice::cluster
