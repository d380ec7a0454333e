#pragma once

#include <memory>

#include "server/config.h"

namespace sluice::server {

/// A Binlog server: its port, its place in the cluster, and the instances of its host.
class Server {
 public:
  /// Takes its directory, opens its port and begins its work. The MetaDB need not be there yet: it is tried until it
  /// is. The error says what is in the way; its code is EADDRINUSE if that is the port.
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(Config config);
  /// As stop().
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Ends; the instances go on.
  void stop();

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace sluice::server
