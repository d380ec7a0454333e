#include "mysql/server_tls.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "mysql/bio.h"

namespace sluice::mysql {
namespace {

/// What stands between the socket and OpenSSL.
struct Wires {
  Bytes input;
  std::size_t input_begin = 0;
  Bytes output;
};

Wires& wires_of(BIO* bio) {
  return *static_cast<Wires*>(BIO_get_data(bio));
}

int bio_write(BIO* bio, const char* bytes, int size) {
  Bytes& output = wires_of(bio).output;
  const ByteView added = as_bytes({bytes, static_cast<std::size_t>(size)});  // as bytes: chars would go one by one
  output.insert(output.end(), added.begin(), added.end());
  return size;
}

int bio_read(BIO* bio, char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  Wires& wires = wires_of(bio);
  const std::size_t held = wires.input.size() - wires.input_begin;
  if (held == 0) {
    BIO_set_retry_read(bio);
    return -1;
  }
  const std::size_t taken = std::min(held, static_cast<std::size_t>(size));
  std::copy_n(wires.input.begin() + static_cast<std::ptrdiff_t>(wires.input_begin), taken, bytes);
  wires.input_begin += taken;
  if (wires.input_begin == wires.input.size()) {
    wires.input = Bytes();
    wires.input_begin = 0;
  }
  return static_cast<int>(taken);
}

long bio_control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO* bio_of(Wires* wires) {
  static BIO_METHOD* const method = make_bio_method("bytes in memory", {&bio_write, &bio_read, &bio_control});
  return make_bio(method, wires);
}

std::unexpected<Error> failure() {
  std::array<char, 256> text{};
  const unsigned long code = ERR_peek_last_error();
  ERR_error_string_n(code, text.data(), text.size());
  ERR_clear_error();
  return fail(ErrorKind::io, fmt::format("TLS failed: {}", code == 0 ? "unknown reason" : text.data()));
}

/// OpenSSL's output goes to the caller's buffer for a while, behind what was left before.
class Outlet {
 public:
  Outlet(Bytes& output, Bytes& out) : output_(output), out_(out) {
    out_.insert(out_.end(), output_.begin(), output_.end());
    output_ = Bytes();
    output_.swap(out_);
  }
  ~Outlet() { output_.swap(out_); }
  Outlet(const Outlet&) = delete;
  Outlet& operator=(const Outlet&) = delete;

 private:
  Bytes& output_;
  Bytes& out_;
};

struct Free {
  void operator()(SSL* session) const { SSL_free(session); }
};

}  // namespace

struct ServerTls::State {
  Wires wires;
  std::unique_ptr<SSL, Free> session;
};

ServerTls::ServerTls(std::unique_ptr<State> state) : state_(std::move(state)) {}
ServerTls::ServerTls(ServerTls&&) noexcept = default;
ServerTls& ServerTls::operator=(ServerTls&&) noexcept = default;
ServerTls::~ServerTls() = default;

Result<ServerTls> ServerTls::make(ssl_ctx_st* context) {
  ERR_clear_error();
  auto state = std::make_unique<State>();
  state->session.reset(SSL_new(context));
  if (!state->session) {
    return failure();
  }
  SSL_set_mode(state->session.get(), SSL_MODE_RELEASE_BUFFERS);
  SSL_set_options(state->session.get(), SSL_OP_NO_RENEGOTIATION);
  BIO* const bio = bio_of(&state->wires);
  SSL_set_bio(state->session.get(), bio, bio);
  SSL_set_accept_state(state->session.get());
  return ServerTls(std::move(state));
}

void ServerTls::received(ByteView bytes) {
  Bytes& input = state_->wires.input;
  input.insert(input.end(), bytes.begin(), bytes.end());
}

Result<bool> ServerTls::handshake(Bytes& out) {
  ERR_clear_error();
  const Outlet outlet(state_->wires.output, out);
  const int answer = SSL_do_handshake(state_->session.get());
  if (answer == 1) {
    return true;
  }
  if (SSL_get_error(state_->session.get(), answer) == SSL_ERROR_WANT_READ) {
    return false;
  }
  return failure();
}

Result<std::size_t> ServerTls::read(std::span<std::uint8_t> room) {
  ERR_clear_error();
  std::size_t size = 0;
  const int answer = SSL_read_ex(state_->session.get(), room.data(), room.size(), &size);
  if (answer == 1) {
    return size;
  }
  switch (SSL_get_error(state_->session.get(), answer)) {
    case SSL_ERROR_WANT_READ:
      return 0;
    case SSL_ERROR_ZERO_RETURN:
      return fail(ErrorKind::closed, "the peer has ended TLS");
    default:
      return failure();
  }
}

Result<void> ServerTls::write(ByteView bytes, Bytes& out) {
  ERR_clear_error();
  const Outlet outlet(state_->wires.output, out);
  std::size_t size = 0;
  if (!bytes.empty() && SSL_write_ex(state_->session.get(), bytes.data(), bytes.size(), &size) != 1) {
    return failure();
  }
  return {};
}

std::string ServerTls::version() const {
  return SSL_get_version(state_->session.get());
}

std::string ServerTls::cipher() const {
  return SSL_get_cipher_name(state_->session.get());
}

}  // namespace sluice::mysql
