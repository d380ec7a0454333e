#pragma once

#include <memory>
#include <span>

#include "base/bytes.h"
#include "base/error.h"

struct ssl_ctx_st;

namespace sluice::mysql {

/// A server's end of TLS 1.2 or 1.3 between bytes in memory: what came from the socket goes in, what has to be sent
/// comes out, and nothing ever waits. So many records travel in one system call, and an idle connection keeps no
/// buffers. One thread.
class ServerTls {
 public:
  /// `context` has certificate and key; it must outlive the connection.
  [[nodiscard]] static Result<ServerTls> make(ssl_ctx_st* context);

  ServerTls(ServerTls&&) noexcept;
  ServerTls& operator=(ServerTls&&) noexcept;
  ~ServerTls();

  /// Bytes from the socket, all of which are taken.
  void received(ByteView bytes);

  // What these two give to be sent is added to `out`, behind what earlier reads have given.

  /// Goes on with the handshake as far as what was received allows. True once it is done. After an error, too, `out`
  /// is to be sent: it tells the peer.
  [[nodiscard]] Result<bool> handshake(Bytes& out);
  /// Encrypts all of `bytes`.
  [[nodiscard]] Result<void> write(ByteView bytes, Bytes& out);

  /// Decrypts into `room` and returns how much; 0: more has to be received first. ErrorKind::closed when the peer has
  /// said that it ends.
  [[nodiscard]] Result<std::size_t> read(std::span<std::uint8_t> room);

  /// "TLSv1.3" and "TLS_AES_256_GCM_SHA384"; of no meaning before the handshake is done.
  [[nodiscard]] std::string version() const;
  [[nodiscard]] std::string cipher() const;

 private:
  struct State;
  explicit ServerTls(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace sluice::mysql
