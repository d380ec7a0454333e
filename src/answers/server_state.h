#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "answers/report.h"
#include "answers/session_info.h"
#include "answers/source_progress.h"
#include "base/error.h"
#include "binlog/gtid_set.h"
#include "parameters/parameters.h"
#include "store/log.h"

namespace sluice::answers {

/// How capture is doing, for people.
struct CaptureStatus {
  /// "starting", "capturing", "reconnecting", "disk full", "disk failed", "stopped"; of a follower also "following",
  /// "behind" (the primary has less than its log) and "differs" (its log is not the primary's)
  std::string state;
  std::string source;  ///< "192.0.2.7:3306", empty while there is none
  std::string error;   ///< why it is not capturing; empty if it is
  // The source's settings when it was last connected to.
  std::string row_metadata = "MINIMAL";
  bool rows_query_events = false;

  /// Whether what is new comes in: from the source, or from the primary.
  [[nodiscard]] bool goes_on() const { return state == "capturing" || state == "following"; }
};

/// The rows the tenant database answered with. A value without content is NULL.
struct TenantRows {
  std::vector<std::string> columns;
  std::vector<std::vector<std::optional<std::string>>> rows;
};

/// What the SQL of an instance needs to know of it. Implemented by the instance, by a made-up one in unit tests.
/// Any thread; all but ask_tenant are quick.
class ServerState {
 public:
  virtual ~ServerState() = default;

  [[nodiscard]] virtual std::string server_version() const = 0;  ///< what clients are told, everywhere the same
  [[nodiscard]] virtual std::uint32_t server_id() const = 0;
  [[nodiscard]] virtual std::string server_uuid() const = 0;
  /// What operators may set; changed by SET GLOBAL, which blocks.
  [[nodiscard]] virtual parameters::Parameters& parameters() const = 0;
  [[nodiscard]] virtual store::Log& log() const = 0;  ///< to read, and to purge
  [[nodiscard]] virtual CaptureStatus capture_status() const = 0;
  [[nodiscard]] virtual bool tls_available() const = 0;
  [[nodiscard]] virtual std::uint16_t port() const = 0;

  /// `since`: only file boundaries later than this, in seconds since 1970.
  [[nodiscard]] virtual InstanceReport report(std::uint64_t since) const = 0;

  // Connections. Snapshots, in the order the connections came.
  [[nodiscard]] virtual std::vector<SessionInfo> sessions() const = 0;
  [[nodiscard]] virtual std::vector<DumpInfo> dumps() const = 0;
  [[nodiscard]] virtual std::vector<ReplicaInfo> replicas() const = 0;
  /// Ends a connection, or what it is doing, soon; false if there is no such connection. One that kills itself
  /// (`killer` is `id`) gets its answer first.
  virtual bool kill(std::uint32_t id, KillScope scope, std::uint32_t killer) = 0;

  /// Asks the source how far it is. nullptr if that is of no use: it is away, or has no GTIDs.
  [[nodiscard]] virtual std::shared_ptr<SourceProgress> ask_source_progress() = 0;

  /// Runs a query that only the tenant database can answer, on a connection of its own, read only, limited in size and
  /// time. Blocks: call it from a worker thread.
  [[nodiscard]] virtual Result<TenantRows> ask_tenant(const std::string& query) = 0;
};

}  // namespace sluice::answers
