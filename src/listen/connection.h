#pragma once

#include <cstdint>

#include <boost/asio/awaitable.hpp>

namespace sluice::listen {

/// One client's connection, from greeting to end. Belongs to one thread of the listener: all calls from there.
class Connection {
 public:
  virtual ~Connection() = default;

  [[nodiscard]] virtual std::uint32_t connection_id() const = 0;

  /// Greets and authenticates. False: the client was refused or has gone.
  [[nodiscard]] virtual boost::asio::awaitable<bool> log_in() = 0;

  /// Answers commands until the client quits, breaks the protocol, is idle for too long, or close() is called.
  [[nodiscard]] virtual boost::asio::awaitable<void> run() = 0;

  /// Ends the connection soon, whatever it is doing.
  virtual void close() = 0;
};

}  // namespace sluice::listen
