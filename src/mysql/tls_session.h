#pragma once

#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "mysql/tls_options.h"

namespace sluice::mysql {

/// What became of one attempt to read or write without waiting.
struct IoStep {
  enum class Outcome { done, wants_read, wants_write, closed, failed };

  Outcome outcome = Outcome::done;
  std::size_t size = 0;  ///< with done: how many bytes, at least one
};

/// A client's end of TLS 1.2 or 1.3 over a connected, non-blocking socket. Never waits and never raises SIGPIPE. One
/// thread.
class TlsSession {
 public:
  /// Reads the files of `options`. `host` is what a certificate must name. Keeps using `socket`, does not own it.
  [[nodiscard]] static Result<TlsSession> make(const TlsOptions& options, const std::string& host, int socket);

  TlsSession(TlsSession&&) noexcept;
  TlsSession& operator=(TlsSession&&) noexcept;
  ~TlsSession();

  [[nodiscard]] IoStep handshake();
  /// Fills as much of `room` as there is.
  [[nodiscard]] IoStep read(std::span<std::uint8_t> room);
  [[nodiscard]] IoStep write(ByteView bytes);
  /// Whether bytes have left the socket that read() has not given yet.
  [[nodiscard]] bool has_pending() const;

  /// Why the last step failed. A certificate that does not verify is ErrorKind::refused.
  [[nodiscard]] const Error& error() const;
  /// "TLSv1.3 TLS_AES_256_GCM_SHA384"
  [[nodiscard]] std::string description() const;

 private:
  struct State;
  explicit TlsSession(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace sluice::mysql
