#include "mysql/channel.h"

#include <algorithm>
#include <array>
#include <optional>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "mysql/command.h"
#include "mysql/packet.h"
#include "mysql/server_tls.h"

namespace sluice::mysql {

using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t read_size = 4096;
/// So much is encrypted and then sent by one system call.
constexpr std::size_t encrypted_size = 256U << 10U;
constexpr std::size_t spare_buffers_max = 4;

/// Buffers for encrypted bytes that no connection of this thread uses at the moment.
std::vector<Bytes>& spare_buffers() {
  thread_local std::vector<Bytes> spare;
  return spare;
}

Bytes take_buffer() {
  std::vector<Bytes>& spare = spare_buffers();
  Bytes buffer;
  if (!spare.empty()) {
    buffer = std::move(spare.back());
    spare.pop_back();
  }
  return buffer;
}

void give_back(Bytes buffer) {
  std::vector<Bytes>& spare = spare_buffers();
  if (spare.size() < spare_buffers_max && buffer.capacity() <= 2 * encrypted_size) {
    buffer.clear();
    spare.push_back(std::move(buffer));
  }
}

std::string address_text(const asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

}  // namespace

/// Shared, because a timer's handler may run after the channel is gone.
struct Channel::State : std::enable_shared_from_this<Channel::State> {
  /// A deadline of one direction. The generation tells a late handler that its operation is over.
  struct Watch {
    asio::steady_timer timer;
    std::uint64_t generation = 0;
    bool expired = false;
  };

  explicit State(tcp::socket from)
      : socket(std::move(from)),
        read_watch{asio::steady_timer(socket.get_executor())},
        write_watch{asio::steady_timer(socket.get_executor())} {}

  void arm(Watch& watch, std::chrono::milliseconds after) {
    watch.expired = false;
    const std::uint64_t generation = ++watch.generation;
    watch.timer.expires_after(after);
    watch.timer.async_wait([weak = weak_from_this(), &watch, generation](const error_code& aborted) {
      const std::shared_ptr<State> self = weak.lock();
      if (aborted || !self || watch.generation != generation) {
        return;
      }
      watch.expired = true;
      error_code ignored;
      self->socket.cancel(ignored);
    });
  }

  void disarm(Watch& watch) {
    ++watch.generation;
    watch.timer.cancel();
  }

  void close() {
    error_code ignored;
    socket.shutdown(tcp::socket::shutdown_both, ignored);
    socket.close(ignored);
  }

  [[nodiscard]] std::unexpected<Error> failure(const Watch& watch, const error_code& cause,
                                               std::string_view doing) const {
    if (tls_failure) {
      return fail(tls_failure->kind, fmt::format("{}: {} failed: {}", peer, doing, tls_failure->message));
    }
    if (watch.expired) {
      return fail(ErrorKind::timeout, fmt::format("{}: {} took too long", peer, doing));
    }
    if (cause == asio::error::eof || cause == asio::error::connection_reset || cause == asio::error::broken_pipe ||
        cause == asio::error::operation_aborted || cause == asio::error::bad_descriptor) {
      return fail(ErrorKind::closed, fmt::format("{}: the connection was closed", peer), cause.value());
    }
    return fail(ErrorKind::io, fmt::format("{}: {} failed: {}", peer, doing, cause.message()), cause.value());
  }

  [[nodiscard]] std::size_t buffered() const { return input.size() - input_begin; }

  /// Reads until `size` bytes are buffered.
  asio::awaitable<error_code> fill(std::size_t size) {
    error_code cause;
    while (buffered() < size) {
      if (input_begin > 0) {
        input.erase(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(input_begin));
        input_begin = 0;
      }
      const std::size_t have = input.size();
      input.resize(std::max(size, have + read_size));
      const auto room = asio::buffer(input.data() + have, input.size() - have);
      std::size_t count = 0;
      if (tls) {
        count = co_await read_tls({input.data() + have, input.size() - have}, cause);
      } else {
        count = co_await socket.async_read_some(room, asio::redirect_error(asio::use_awaitable, cause));
      }
      input.resize(have + count);
      if (cause) {
        break;
      }
    }
    co_return cause;
  }

  /// At least one decrypted byte, or an error.
  asio::awaitable<std::size_t> read_tls(std::span<std::uint8_t> room, error_code& cause) {
    for (;;) {
      const Result<std::size_t> got = tls->read(room);
      if (!got) {
        cause = asio::error::eof;
        if (got.error().kind != ErrorKind::closed) {
          tls_failure = got.error();
        }
        co_return 0;
      }
      if (*got > 0) {
        co_return *got;
      }
      co_await receive_encrypted(cause);
      if (cause) {
        co_return 0;
      }
    }
  }

  /// Waits for bytes of TLS and takes them. Holds no buffer while it waits.
  asio::awaitable<void> receive_encrypted(error_code& cause) {
    take_encrypted(cause);
    while (cause == asio::error::would_block || cause == asio::error::try_again) {
      co_await socket.async_wait(tcp::socket::wait_read, asio::redirect_error(asio::use_awaitable, cause));
      if (!cause) {
        take_encrypted(cause);
      }
    }
  }

  void take_encrypted(error_code& cause) {
    std::array<std::uint8_t, read_size> bytes;
    const std::size_t count = socket.read_some(asio::buffer(bytes), cause);
    tls->received(ByteView(bytes).first(count));
  }

  asio::awaitable<Result<void>> shake_hands() {
    for (;;) {
      Bytes out;
      const Result<bool> done = tls->handshake(out);
      const Result<void> sent = co_await write_plain(out);
      if (!done || !sent) {
        co_return std::unexpected(done ? sent.error() : done.error());
      }
      if (*done) {
        co_return Result<void>();
      }
      error_code cause;
      co_await receive_encrypted(cause);
      if (cause) {
        co_return failure(read_watch, cause, "the TLS handshake");
      }
    }
  }

  /// One payload from its packets; `expected` is what its first packet is numbered, if not 0, and becomes the
  /// number of the next.
  asio::awaitable<Result<Bytes>> read_payload(std::size_t size_max, std::chrono::milliseconds deadline,
                                              std::uint8_t& expected) {
    Bytes payload;
    arm(read_watch, deadline);
    for (bool first = true;; first = false) {
      error_code cause = co_await fill(packet_header_size);
      if (cause) {
        disarm(read_watch);
        co_return failure(read_watch, cause, "reading");
      }
      const std::uint8_t* header = input.data() + input_begin;
      const std::size_t size = load_little_endian(header, 3);
      const std::uint8_t number = header[3];
      consume(packet_header_size);
      if (number != expected && !(first && number == 0)) {
        disarm(read_watch);
        co_return fail(ErrorKind::invalid, fmt::format("{}: packets out of order", peer));
      }
      expected = static_cast<std::uint8_t>(number + 1);  // also for the answer to one that is too large
      if (payload.size() + size > size_max) {
        disarm(read_watch);
        co_return fail(ErrorKind::limit, fmt::format("{}: a packet is larger than {} bytes", peer, size_max));
      }
      if (size > 0) {
        cause = co_await fill(size);
        if (cause) {
          disarm(read_watch);
          co_return failure(read_watch, cause, "reading");
        }
        const std::uint8_t* from = input.data() + input_begin;
        payload.insert(payload.end(), from, from + size);
        consume(size);
      }
      if (size < packet_body_max) {
        break;
      }
    }
    disarm(read_watch);
    co_return payload;
  }

  /// Gives idle connections their memory back.
  void consume(std::size_t size) {
    input_begin += size;
    if (input_begin == input.size()) {
      input = Bytes();
      input_begin = 0;
    }
  }

  /// As read_now(), behind what is buffered.
  Result<std::size_t> receive(std::span<std::uint8_t> room) {
    error_code cause;
    std::size_t count = 0;
    while (!cause) {
      if (!tls) {
        count = socket.read_some(asio::buffer(room.data(), room.size()), cause);
        break;
      }
      const Result<std::size_t> got = tls->read(room);
      if (!got) {
        if (got.error().kind != ErrorKind::closed) {
          tls_failure = got.error();
        }
        return failure(read_watch, asio::error::eof, "reading");
      }
      if (*got > 0) {
        return *got;
      }
      take_encrypted(cause);
    }
    if (cause && cause != asio::error::would_block && cause != asio::error::try_again) {
      return failure(read_watch, cause, "reading");
    }
    return count;
  }

  /// The system call first: it nearly always takes everything, and then neither timer nor wait is needed.
  asio::awaitable<Result<void>> write_plain(ByteView bytes) {
    while (!bytes.empty()) {
      error_code cause;
      const std::size_t count = socket.write_some(asio::buffer(bytes.data(), bytes.size()), cause);
      bytes = bytes.subspan(count);
      if (cause == asio::error::would_block || cause == asio::error::try_again) {
        arm(write_watch, write_deadline);
        co_await socket.async_wait(tcp::socket::wait_write, asio::redirect_error(asio::use_awaitable, cause));
        disarm(write_watch);
      }
      if (cause) {
        co_return failure(write_watch, cause, "writing");
      }
    }
    co_return Result<void>();
  }

  asio::awaitable<Result<void>> write_tls(ByteView bytes) {
    Bytes out = take_buffer();
    Result<void> written;
    while (!bytes.empty() && written) {
      const ByteView piece = bytes.first(std::min(bytes.size(), encrypted_size));
      bytes = bytes.subspan(piece.size());
      out.clear();
      out.reserve(piece.size() + piece.size() / 64 + read_size);  // and what the records add
      written = tls->write(piece, out);
      if (written) {
        written = co_await write_plain(out);
      }
    }
    give_back(std::move(out));
    co_return written;
  }

  tcp::socket socket;
  std::optional<ServerTls> tls;
  std::optional<Error> tls_failure;
  Watch read_watch;
  Watch write_watch;
  std::chrono::milliseconds write_deadline{60'000};
  Bytes input;
  std::size_t input_begin = 0;
  std::uint8_t sequence = 0;
  std::string peer;
  std::string address;
};

Channel::Channel(tcp::socket socket) : state_(std::make_shared<State>(std::move(socket))) {
  error_code ignored;
  const tcp::endpoint peer = state_->socket.remote_endpoint(ignored);
  state_->address = address_text(peer.address());
  const bool colons = state_->address.find(':') != std::string::npos;
  state_->peer = fmt::format(fmt::runtime(colons ? "[{}]:{}" : "{}:{}"), state_->address, peer.port());
  state_->socket.set_option(tcp::no_delay(true), ignored);
  state_->socket.set_option(tcp::socket::keep_alive(true), ignored);
  state_->socket.non_blocking(true, ignored);
}

Channel::~Channel() = default;
Channel::Channel(Channel&&) noexcept = default;
Channel& Channel::operator=(Channel&&) noexcept = default;

asio::awaitable<Result<Bytes>> Channel::read_payload(std::size_t size_max, std::chrono::milliseconds deadline) {
  const std::shared_ptr<State> state = state_;
  co_return co_await state->read_payload(size_max, deadline, state->sequence);
}

asio::awaitable<Result<Bytes>> Channel::read_payload_aside(std::size_t size_max, std::chrono::milliseconds deadline) {
  const std::shared_ptr<State> state = state_;
  std::uint8_t own_sequence = 0;
  co_return co_await state->read_payload(size_max, deadline, own_sequence);
}

asio::awaitable<Result<void>> Channel::wait_readable() {
  const std::shared_ptr<State> state = state_;
  error_code cause;
  co_await state->socket.async_wait(tcp::socket::wait_read, asio::redirect_error(asio::use_awaitable, cause));
  if (cause) {
    co_return state->failure(state->read_watch, cause, "reading");
  }
  co_return Result<void>();
}

Result<std::size_t> Channel::read_now(std::span<std::uint8_t> room) {
  const std::size_t ahead = std::min(state_->buffered(), room.size());
  if (ahead > 0) {
    std::copy_n(state_->input.begin() + static_cast<std::ptrdiff_t>(state_->input_begin), ahead, room.begin());
    state_->consume(ahead);
    return ahead;
  }
  return state_->receive(room);
}

asio::awaitable<Result<void>> Channel::write_payload(ByteView payload) {
  Bytes framed;
  framed.reserve(framed_size(payload.size()));
  state_->sequence = append_packets(framed, state_->sequence, payload);
  co_return co_await write_framed(framed);
}

asio::awaitable<Result<void>> Channel::write_payloads(const std::vector<Bytes>& payloads) {
  Bytes framed;
  for (const Bytes& payload : payloads) {
    state_->sequence = append_packets(framed, state_->sequence, payload);
  }
  co_return co_await write_framed(framed);
}

asio::awaitable<Result<void>> Channel::write_framed(ByteView bytes) {
  const std::shared_ptr<State> state = state_;
  if (state->tls) {
    co_return co_await state->write_tls(bytes);
  }
  co_return co_await state->write_plain(bytes);
}

std::uint8_t Channel::next_sequence() const {
  return state_->sequence;
}

void Channel::set_next_sequence(std::uint8_t sequence) {
  state_->sequence = sequence;
}

void Channel::when_readable(std::function<void()> notify) {
  if (state_->buffered() > 0) {
    asio::post(state_->socket.get_executor(), std::move(notify));
    return;
  }
  state_->socket.async_wait(tcp::socket::wait_read, [notify = std::move(notify)](const error_code&) { notify(); });
}

void Channel::cancel_waits() {
  error_code ignored;
  state_->socket.cancel(ignored);
}

bool Channel::peer_is_gone() {
  std::array<std::uint8_t, packet_header_size + 1> front{};
  const std::size_t ahead = std::min(state_->buffered(), front.size());
  std::copy_n(state_->input.begin() + static_cast<std::ptrdiff_t>(state_->input_begin), ahead, front.begin());
  std::size_t count = ahead;
  if (ahead == 0) {
    error_code cause;
    count = state_->socket.receive(asio::buffer(front), tcp::socket::message_peek, cause);
    if (cause) {
      return cause != asio::error::would_block && cause != asio::error::try_again;
    }
  }
  return count == front.size() && load_little_endian(front.data(), 3) == 1 && front[3] == 0 &&
         front[4] == static_cast<std::uint8_t>(Command::quit);
}

asio::awaitable<Result<void>> Channel::start_tls(asio::ssl::context& context, std::chrono::milliseconds deadline) {
  const std::shared_ptr<State> state = state_;
  // The client does not wait for us: its first bytes may have come along with the packet that asked for TLS.
  const Bytes ahead(state->input.begin() + static_cast<std::ptrdiff_t>(state->input_begin), state->input.end());
  state->consume(ahead.size());
  Result<ServerTls> tls = ServerTls::make(context.native_handle());
  if (!tls) {
    co_return fail_in(state->peer, tls.error());
  }
  state->tls.emplace(std::move(*tls));
  state->tls->received(ahead);
  state->arm(state->read_watch, deadline);
  const Result<void> shaken = co_await state->shake_hands();
  state->disarm(state->read_watch);
  co_return shaken;
}

std::string Channel::tls_version() const {
  return state_->tls ? state_->tls->version() : std::string();
}

std::string Channel::tls_cipher() const {
  return state_->tls ? state_->tls->cipher() : std::string();
}

bool Channel::is_tls() const {
  return state_->tls.has_value();
}

void Channel::set_write_deadline(std::chrono::milliseconds deadline) {
  state_->write_deadline = deadline;
}

const std::string& Channel::peer() const {
  return state_->peer;
}

std::string Channel::peer_address() const {
  return state_->address;
}

asio::any_io_executor Channel::executor() {
  return state_->socket.get_executor();
}

void Channel::close() {
  state_->close();
}

std::function<void()> Channel::closer() const {
  return [weak = std::weak_ptr(state_)] {
    if (const std::shared_ptr<State> state = weak.lock()) {
      state->close();
    }
  };
}

}  // namespace sluice::mysql
