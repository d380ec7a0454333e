#pragma once

#include <cstdint>
#include <string_view>

#include "base/error.h"

namespace sluice::metadb {

/// What the members of a cluster hold of a server, by its heartbeats. That a person wants it paused is no state but a
/// mark of its own, which outlives the server's absence: SHOW NODES calls an online server with it PAUSED.
enum class ServerState : std::uint8_t {
  online,
  suspect,  ///< heartbeats are missing
  offline,  ///< its lease is over
};

/// What has become of an instance, in the words of SHOW BINLOG INSTANCES.
enum class InstanceState : std::uint8_t {
  init,          ///< placed, not started yet
  starting,      ///< its process was started and is not ready
  running,       ///< ready
  failed,        ///< not started any more until a person or a decision says so; the reason is stored
  stopped,       ///< as asked for
  offline,       ///< its server does not beat, and it was not found alive
  logical_drop,  ///< not served any more; its files are still there until its time
  drop,          ///< gone; the row is kept as history
};

/// What was asked for of an instance.
enum class Wanted : std::uint8_t { running, stopped, dropped };

[[nodiscard]] std::string_view to_text(ServerState state);
[[nodiscard]] std::string_view to_text(InstanceState state);
[[nodiscard]] std::string_view to_text(Wanted wanted);
/// What is stored and not known is corrupt, or of a newer program.
[[nodiscard]] Result<ServerState> parse_server_state(std::string_view text);
[[nodiscard]] Result<InstanceState> parse_instance_state(std::string_view text);
[[nodiscard]] Result<Wanted> parse_wanted(std::string_view text);

}  // namespace sluice::metadb
