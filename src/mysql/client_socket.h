#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "base/file_descriptor.h"
#include "mysql/interruption.h"
#include "mysql/name_resolution.h"
#include "mysql/tls_session.h"

namespace sluice::mysql {

/// A client's TCP connection, plain or under TLS. Calls block until done, until their deadline (ErrorKind::timeout) or
/// until interrupted (closed). TCP_NODELAY and keepalive are on; a write to a closed connection never raises SIGPIPE.
/// One thread.
class ClientSocket {
 public:
  /// Tries the server's addresses one after the other.
  [[nodiscard]] static Result<ClientSocket> connect(const ServerAddress& address,
                                                    std::shared_ptr<const Interruption> interruption,
                                                    Deadline deadline);

  /// From now on all goes through TLS.
  [[nodiscard]] Result<void> start_tls(const TlsOptions& options, const std::string& host, Deadline deadline);
  [[nodiscard]] bool is_tls() const { return tls_.has_value(); }
  /// Version and cipher; empty without TLS.
  [[nodiscard]] std::string tls_description() const { return tls_ ? tls_->description() : std::string(); }

  /// Puts what there is at the front of `room`, at least one byte. Returns how many.
  [[nodiscard]] Result<std::size_t> receive(std::span<std::uint8_t> room, Deadline deadline);
  /// Sends all of `bytes`.
  [[nodiscard]] Result<void> send(ByteView bytes, Deadline deadline);
  /// As receive(), but without waiting. Once interrupted, the connection counts as closed. With the descriptor, for
  /// those who wait for many connections at once.
  [[nodiscard]] IoStep receive_now(std::span<std::uint8_t> room);
  [[nodiscard]] int descriptor() const { return socket_.get(); }
  /// Waits until receive() would have something, be it an error: true; or until `deadline`: false.
  [[nodiscard]] Result<bool> wait_readable(Deadline deadline) const;

 private:
  ClientSocket(FileDescriptor socket, std::shared_ptr<const Interruption> interruption)
      : socket_(std::move(socket)), interruption_(std::move(interruption)) {}

  [[nodiscard]] static Result<FileDescriptor> connect_one(const SocketAddress& address,
                                                          const Interruption& interruption, Deadline deadline);

  /// Repeats `step` until it is done, waiting in between. `waiting_for` is for the message of a timeout.
  template <typename Step>
  [[nodiscard]] Result<std::size_t> complete(Step step, const char* waiting_for, Deadline deadline);

  FileDescriptor socket_;
  std::shared_ptr<const Interruption> interruption_;
  std::optional<TlsSession> tls_;
  Error error_;  ///< of a plain step that failed
};

}  // namespace sluice::mysql
