#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include "base/bytes.h"
#include "base/error.h"

namespace sluice::mysql {

namespace asio = boost::asio;

/// One client's connection, seen from the server: packets in, packets or framed bytes out, plain or under TLS.
///
/// Belongs to one executor; one read and one write may be under way at a time. Every wait has a deadline: an operation
/// that does not finish in time fails with ErrorKind::timeout, and the connection is of no more use.
class Channel {
 public:
  explicit Channel(asio::ip::tcp::socket socket);
  ~Channel();
  Channel(Channel&&) noexcept;
  Channel& operator=(Channel&&) noexcept;

  /// The next payload, put together from its packets. Sets the sequence number of the answer. A payload above
  /// `size_max` is ErrorKind::limit; packets out of order are ErrorKind::invalid; the peer's end is ErrorKind::closed.
  [[nodiscard]] asio::awaitable<Result<Bytes>> read_payload(std::size_t size_max, std::chrono::milliseconds deadline);

  /// The same for a peer that sends while it is being written to, numbering its packets from 0 each time: what it sends
  /// has no part in the sequence of what we send.
  [[nodiscard]] asio::awaitable<Result<Bytes>> read_payload_aside(std::size_t size_max,
                                                                  std::chrono::milliseconds deadline);

  // For those who pass bytes on as they are, packets or not.

  /// Waits, as long as it takes, until the peer has sent something or has gone. Look with read_now() first: what was
  /// received already does not end the wait.
  [[nodiscard]] asio::awaitable<Result<void>> wait_readable();
  /// What has been received and not read yet, at most `room.size()` bytes of it; 0: nothing. Never waits.
  [[nodiscard]] Result<std::size_t> read_now(std::span<std::uint8_t> room);

  /// Frames and sends one payload (split at 16 MiB - 1) with the next sequence numbers.
  [[nodiscard]] asio::awaitable<Result<void>> write_payload(ByteView payload);

  /// Frames several payloads, one after the other, and sends them in as few writes as possible.
  [[nodiscard]] asio::awaitable<Result<void>> write_payloads(const std::vector<Bytes>& payloads);

  /// Sends bytes that are framed already, sequence numbers included (see next_sequence).
  [[nodiscard]] asio::awaitable<Result<void>> write_framed(ByteView bytes);

  /// The sequence number the next packet has to carry; set_next_sequence after framing by hand.
  [[nodiscard]] std::uint8_t next_sequence() const;
  void set_next_sequence(std::uint8_t sequence);

  /// Calls `notify` once, from the executor: when the peer has closed the connection or sent something, or at
  /// cancel_waits() or close(). Never reads.
  void when_readable(std::function<void()> notify);
  void cancel_waits();
  /// Whether the peer has closed the connection or, without TLS, said that it quits. Looks without reading or waiting.
  [[nodiscard]] bool peer_is_gone();

  /// Answers the peer's TLS handshake, which follows its SSLRequest packet.
  [[nodiscard]] asio::awaitable<Result<void>> start_tls(asio::ssl::context& context,
                                                        std::chrono::milliseconds deadline);
  [[nodiscard]] bool is_tls() const;
  /// "TLSv1.3" and "TLS_AES_256_GCM_SHA384"; empty without TLS.
  [[nodiscard]] std::string tls_version() const;
  [[nodiscard]] std::string tls_cipher() const;

  /// How long a write may stand still before the peer counts as gone; 60 s at first.
  void set_write_deadline(std::chrono::milliseconds deadline);

  /// "192.0.2.7:51234"
  [[nodiscard]] const std::string& peer() const;
  [[nodiscard]] std::string peer_address() const;
  [[nodiscard]] asio::any_io_executor executor();

  void close();
  /// What closes this channel wherever it has been moved to; does nothing once it is gone. From the executor, as all
  /// calls.
  [[nodiscard]] std::function<void()> closer() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace sluice::mysql
