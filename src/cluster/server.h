#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cluster/moment.h"
#include "cluster/resources.h"

namespace sluice::cluster {

/// What the members of a cluster hold of a server.
enum class ServerState : std::uint8_t {
  online,
  suspect,  ///< heartbeats are missing, its lease runs still: gets nothing new, keeps what it has
  offline,  ///< its lease is over: its tenants may be served elsewhere
  paused,   ///< a person wants nothing new on it; it keeps what it has
};

/// "ONLINE", as SHOW NODES has it.
[[nodiscard]] std::string_view server_state_text(ServerState state);

/// What a server last told of its host. The host's limits are what sluiced may use of it (its cgroup, or all).
struct ServerMetrics {
  Resources capacity;  ///< network 0: the speed of its lines is not known
  Resources used;      ///< by all that runs there
  Moment taken_at;     ///< by the MetaDB's clock: when they were stored
};

/// One Binlog server, as the MetaDB knows it.
struct Server {
  std::string id;
  std::string ip;
  std::uint16_t port = 0;
  std::string region;  ///< labels may be empty: all servers without one count as one
  std::string idc;     ///< within the region
  std::string zone;
  std::string group;
  ServerState state = ServerState::offline;
  Milliseconds heartbeat_age{0};  ///< by the MetaDB's clock
  std::optional<ServerMetrics> metrics;
};

/// "10.0.0.1:2983", by which people know it; its id if it told no address.
[[nodiscard]] std::string name_of(const Server& server);

/// Whether both run on one host, so that one failure takes both.
[[nodiscard]] bool same_host(const Server& left, const Server& right);

}  // namespace sluice::cluster
