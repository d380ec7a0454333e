#pragma once

#include <chrono>
#include <optional>

#include "cluster/moment.h"
#include "cluster/promotion.h"

namespace sluice::cluster {

/// How long the disk of an instance's log has taken nothing, as the server beside it sees it. Trouble begins when the
/// instance says so. It is not over when that is tried again, or follows a primary that has nothing for it: only when
/// the log has grown, or a full disk has room. Otherwise two replicas with full disks would take turns as primary.
class DiskWatch {
 public:
  using Time = std::chrono::steady_clock::time_point;

  struct Sight {
    bool waits = false;     ///< the instance says that its disk is full or fails
    bool has_room = false;  ///< the disk was full, and has room to go on with
    LogPlace end;
  };
  /// None: no trouble.
  [[nodiscard]] std::optional<Milliseconds> see(const Sight& sight, Time now);

 private:
  std::optional<Time> since_;
  LogPlace end_;
};

}  // namespace sluice::cluster
