#include "cluster/server.h"

#include <fmt/format.h>

namespace sluice::cluster {

std::string_view server_state_text(ServerState state) {
  switch (state) {
    case ServerState::online:
      return "ONLINE";
    case ServerState::suspect:
      return "SUSPECT";
    case ServerState::offline:
      return "OFFLINE";
    case ServerState::paused:
      return "PAUSED";
  }
  return "UNDEFINED";
}

std::string name_of(const Server& server) {
  if (server.ip.empty()) return server.id;
  return fmt::format("{}:{}", server.ip, server.port);
}

bool same_host(const Server& left, const Server& right) {
  if (left.ip.empty() || right.ip.empty()) return left.id == right.id;
  return left.ip == right.ip;
}

}  // namespace sluice::cluster
