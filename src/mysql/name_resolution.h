#pragma once

#include <vector>

#include <sys/socket.h>

#include "mysql/interruption.h"
#include "mysql/server_address.h"

namespace sluice::mysql {

/// One place to connect to.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

inline constexpr std::size_t resolved_addresses_max = 16;

/// The socket addresses of a server, in the system's order of preference, at least one. A name is asked for on a thread
/// of its own, because the system's resolver cannot be interrupted; such a thread outlives a call that ended early.
[[nodiscard]] Result<std::vector<SocketAddress>> resolve(const ServerAddress& address, const Interruption& interruption,
                                                         Deadline deadline);

}  // namespace sluice::mysql
