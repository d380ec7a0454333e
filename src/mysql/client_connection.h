#pragma once

#include "mysql/client_socket.h"
#include "mysql/packet.h"

namespace sluice::mysql {

/// Payloads over a client's socket: what login and commands stand on. One thread.
class ClientConnection {
 public:
  ClientConnection(ClientSocket socket, std::size_t buffer_size) : socket_(std::move(socket)), buffer_(buffer_size) {}

  [[nodiscard]] ClientSocket& socket() { return socket_; }

  /// The next payload; see Client::read_payload. An ERR packet comes like any other.
  [[nodiscard]] Result<ByteView> read(Deadline deadline, std::size_t size_max);
  /// A payload that is already here, or an error; nothing if the socket has to be asked.
  [[nodiscard]] Result<std::optional<ByteView>> next_buffered(std::size_t size_max) { return buffer_.next(size_max); }
  [[nodiscard]] bool has_payload() const { return buffer_.has_payload(); }
  /// As next_buffered, but looks at the socket too, without waiting.
  [[nodiscard]] Result<std::optional<ByteView>> read_available(std::size_t size_max);
  /// Whether no byte is here that was not given out.
  [[nodiscard]] bool empty() const { return buffer_.empty(); }

  /// Sends one payload with the sequence numbers that follow what was read.
  [[nodiscard]] Result<void> send(ByteView payload, Deadline deadline);
  /// The next payload sent begins a new command.
  void start_command() { buffer_.set_next_sequence(0); }

 private:
  ClientSocket socket_;
  PacketBuffer buffer_;
  Bytes framed_;
};

}  // namespace sluice::mysql
