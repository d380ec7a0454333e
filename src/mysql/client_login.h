#pragma once

#include "mysql/client.h"
#include "mysql/client_connection.h"

namespace sluice::mysql {

/// The client's part of the connection phase (MySQL manual: "Connection Phase"), from greeting to the server's OK, TLS
/// included. `host` is what the server's certificate must name. Returns the greeting; messages do not name the server.
[[nodiscard]] Result<Greeting> log_in_to_server(ClientConnection& connection, const ClientOptions& options,
                                                const std::string& host, Deadline deadline);

}  // namespace sluice::mysql
