#pragma once

#include <atomic>
#include <cstdint>

namespace sluice::metrics {

/// What a Binlog server did since its start. Who does a thing counts it, so the sum over all servers is the cluster's
/// number. Any thread.
struct ServerTotals {
  using Count = std::atomic<std::uint64_t>;

  Count tenants_created = 0;
  Count tenants_released = 0;    ///< DROP BINLOG
  Count instances_created = 0;   ///< placed and started for the first time, on this server
  Count instances_released = 0;  ///< dropped with their files, on this server
  Count instances_stopped = 0;   ///< as asked for
  Count instances_down = 0;      ///< their process ended unasked
  Count primaries_switched = 0;
  Count switches_failed = 0;       ///< asked for or decided, and not carried out
  Count failovers_failed = 0;      ///< a primary is gone, and its tenant could not be given another
  Count tenants_without_heir = 0;  ///< the part of them in which no replica could take over
  Count gtids_inconsistent = 0;    ///< instances of this server that stopped as their source contradicts the log
  Count placements_failed = 0;     ///< no server could take an instance
  Count servers_down = 0;          ///< other servers this one judged OFFLINE
  Count sql_requests = 0;          ///< statements at the server's own port; not those relayed
  Count dump_requests = 0;         ///< dump commands that were relayed to an instance
};

}  // namespace sluice::metrics
