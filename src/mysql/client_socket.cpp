#include "mysql/client_socket.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

namespace sluice::mysql {
namespace {

/// A peer that vanished without a word is noticed after about two minutes, also while we only listen.
constexpr int keepalive_idle_seconds = 60;
constexpr int keepalive_interval_seconds = 10;
constexpr int keepalive_probes = 6;

void set_option(int socket, int level, int option, int value) {
  // These options make things better, not right: without them we go on.
  (void)::setsockopt(socket, level, option, &value, sizeof value);
}

IoStep step_of(ssize_t result, IoStep::Outcome when_not_ready, Error& error) {
  if (result > 0) {
    return {IoStep::Outcome::done, static_cast<std::size_t>(result)};
  }
  if (result == 0) {
    return {IoStep::Outcome::closed};
  }
  if (errno == EAGAIN || errno == EINTR) {
    return {when_not_ready};
  }
  if (errno == EPIPE || errno == ECONNRESET) {
    return {IoStep::Outcome::closed};
  }
  error = {ErrorKind::io, fmt::format("the connection failed: {}", std::strerror(errno)), errno};
  return {IoStep::Outcome::failed};
}

std::unexpected<Error> connect_error(int code) {
  return fail(ErrorKind::io, fmt::format("cannot connect: {}", std::strerror(code)), code);
}

}  // namespace

Result<FileDescriptor> ClientSocket::connect_one(const SocketAddress& address, const Interruption& interruption,
                                                 Deadline deadline) {
  FileDescriptor socket(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) {
    return connect_error(errno);
  }
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.size) != 0 &&
      errno != EINPROGRESS) {
    return connect_error(errno);
  }
  const auto ready = interruption.wait(socket.get(), POLLOUT, deadline);
  if (!ready) {
    return std::unexpected(ready.error());
  }
  if (!*ready) {
    return fail(ErrorKind::timeout, "cannot connect: no answer in time");
  }
  int code = 0;
  socklen_t size = sizeof code;
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &code, &size) != 0 || code != 0) {
    return connect_error(code != 0 ? code : errno);
  }
  set_option(socket.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(socket.get(), SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(socket.get(), IPPROTO_TCP, TCP_KEEPIDLE, keepalive_idle_seconds);
  set_option(socket.get(), IPPROTO_TCP, TCP_KEEPINTVL, keepalive_interval_seconds);
  set_option(socket.get(), IPPROTO_TCP, TCP_KEEPCNT, keepalive_probes);
  return socket;
}

Result<ClientSocket> ClientSocket::connect(const ServerAddress& address,
                                           std::shared_ptr<const Interruption> interruption, Deadline deadline) {
  auto addresses = resolve(address, *interruption, deadline);
  if (!addresses) {
    return std::unexpected(addresses.error());
  }
  Error last;
  for (std::size_t i = 0; i < addresses->size(); ++i) {
    // An address that swallows everything must leave time for the others.
    const auto now = std::chrono::steady_clock::now();
    const auto share = (deadline - now) / static_cast<std::ptrdiff_t>(addresses->size() - i);
    auto socket = connect_one((*addresses)[i], *interruption, now + share);
    if (socket) {
      return ClientSocket(std::move(*socket), std::move(interruption));
    }
    last = std::move(socket.error());
    if (last.kind == ErrorKind::closed) {
      break;
    }
  }
  return std::unexpected(std::move(last));
}

template <typename Step>
Result<std::size_t> ClientSocket::complete(Step step, const char* waiting_for, Deadline deadline) {
  for (;;) {
    if (interruption_->requested()) {
      return fail(ErrorKind::closed, "stopped by this program");
    }
    const IoStep result = step();
    switch (result.outcome) {
      case IoStep::Outcome::done:
        return result.size;
      case IoStep::Outcome::closed:
        return fail(ErrorKind::closed, "the server closed the connection");
      case IoStep::Outcome::failed:
        return std::unexpected(tls_ ? tls_->error() : error_);
      case IoStep::Outcome::wants_read:
      case IoStep::Outcome::wants_write:
        break;
    }
    const short events = result.outcome == IoStep::Outcome::wants_read ? POLLIN : POLLOUT;
    const auto ready = interruption_->wait(socket_.get(), events, deadline);
    if (!ready) {
      return std::unexpected(ready.error());
    }
    if (!*ready) {
      return fail(ErrorKind::timeout, fmt::format("the server {} in time", waiting_for));
    }
  }
}

Result<void> ClientSocket::start_tls(const TlsOptions& options, const std::string& host, Deadline deadline) {
  auto session = TlsSession::make(options, host, socket_.get());
  if (!session) {
    return std::unexpected(session.error());
  }
  tls_.emplace(std::move(*session));
  auto shaken = complete([&] { return tls_->handshake(); }, "did not answer the TLS handshake", deadline);
  if (!shaken) {
    return std::unexpected(shaken.error());
  }
  return {};
}

Result<std::size_t> ClientSocket::receive(std::span<std::uint8_t> room, Deadline deadline) {
  return complete([&] { return receive_now(room); }, "did not answer", deadline);
}

IoStep ClientSocket::receive_now(std::span<std::uint8_t> room) {
  if (interruption_->requested()) {
    return {IoStep::Outcome::closed};
  }
  if (tls_) {
    return tls_->read(room);
  }
  return step_of(::recv(socket_.get(), room.data(), room.size(), 0), IoStep::Outcome::wants_read, error_);
}

Result<void> ClientSocket::send(ByteView bytes, Deadline deadline) {
  const auto step = [&] {
    if (tls_) {
      return tls_->write(bytes);
    }
    return step_of(::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL), IoStep::Outcome::wants_write,
                   error_);
  };
  while (!bytes.empty()) {
    const auto sent = complete(step, "did not take our bytes", deadline);
    if (!sent) {
      return std::unexpected(sent.error());
    }
    bytes = bytes.subspan(*sent);
  }
  return {};
}

Result<bool> ClientSocket::wait_readable(Deadline deadline) const {
  if (tls_ && tls_->has_pending()) {
    return true;
  }
  return interruption_->wait(socket_.get(), POLLIN, deadline);
}

}  // namespace sluice::mysql
