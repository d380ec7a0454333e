#include "mysql/tls_session.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include "mysql/bio.h"

namespace sluice::mysql {
namespace {

template <auto free_function>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    free_function(object);
  }
};
using Context = std::unique_ptr<SSL_CTX, Free<&SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, Free<&SSL_free>>;

/// One system call then brings several records of 16 KiB.
constexpr std::size_t read_ahead_size = std::size_t{128} << 10U;

// OpenSSL's own socket BIO writes without MSG_NOSIGNAL, so this one takes its place. Its data points to the socket's
// number.

int socket_of(BIO* bio) {
  return *static_cast<const int*>(BIO_get_data(bio));
}

int bio_write(BIO* bio, const char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t sent = ::send(socket_of(bio), bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0 && (errno == EAGAIN || errno == EINTR)) {
    BIO_set_retry_write(bio);
  }
  return static_cast<int>(sent);
}

int bio_read(BIO* bio, char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t got = ::recv(socket_of(bio), bytes, static_cast<std::size_t>(size), MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
    BIO_set_retry_read(bio);
  }
  if (got == 0) {
    BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  }
  return static_cast<int>(got);
}

long bio_control(BIO* bio, int command, long, void*) {
  switch (command) {
    case BIO_CTRL_FLUSH:
      return 1;
    case BIO_CTRL_EOF:
      return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
    default:
      return 0;
  }
}

BIO* bio_of(int* socket) {
  static BIO_METHOD* const method = make_bio_method("socket without signals", {&bio_write, &bio_read, &bio_control});
  return make_bio(method, socket);
}

/// OpenSSL would ask on the terminal if it were given no function.
int no_pass_phrase(char*, int, int, void*) {
  return -1;
}

std::string take_reason() {
  const unsigned long first = ERR_peek_error();
  const unsigned long last = ERR_peek_last_error();
  ERR_clear_error();
  if (ERR_SYSTEM_ERROR(first)) {
    return std::strerror(ERR_GET_REASON(first));
  }
  const char* const reason = last == 0 ? nullptr : ERR_reason_error_string(last);
  return reason == nullptr ? "unknown reason" : reason;
}

std::unexpected<Error> file_error(std::string_view what, const std::string& path) {
  return fail(ErrorKind::invalid, fmt::format("{} {}: {}", what, path, take_reason()));
}

Result<void> load_files(SSL_CTX* context, const TlsOptions& options) {
  if (options.mode >= TlsMode::verify_ca) {
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    if (options.ca_file.empty()) {
      SSL_CTX_set_default_verify_paths(context);
    } else if (SSL_CTX_load_verify_file(context, options.ca_file.c_str()) != 1) {
      return file_error("the file of certificate authorities", options.ca_file);
    }
  }
  if (options.certificate_file.empty()) {
    return {};
  }
  SSL_CTX_set_default_passwd_cb(context, &no_pass_phrase);
  if (SSL_CTX_use_certificate_chain_file(context, options.certificate_file.c_str()) != 1) {
    return file_error("the certificate", options.certificate_file);
  }
  if (SSL_CTX_use_PrivateKey_file(context, options.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return file_error("the private key", options.key_file);
  }
  return {};
}

Result<void> set_host(SSL* session, const TlsOptions& options, const std::string& host) {
  std::array<std::uint8_t, sizeof(in6_addr)> parsed{};
  const bool is_address =
      ::inet_pton(AF_INET, host.c_str(), parsed.data()) == 1 || ::inet_pton(AF_INET6, host.c_str(), parsed.data()) == 1;
  bool good = is_address || SSL_set_tlsext_host_name(session, host.c_str()) == 1;
  if (options.mode == TlsMode::verify_identity) {
    good = good && (is_address ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host.c_str()) == 1
                               : SSL_set1_host(session, host.c_str()) == 1);
  }
  if (!good) {
    return fail(ErrorKind::invalid, fmt::format("{} cannot be checked as a host name: {}", host, take_reason()));
  }
  return {};
}

}  // namespace

struct TlsSession::State {
  int socket = -1;
  Context context;
  Session session;
  Error error;
  bool drained = false;  ///< the last read took all it could; at most a piece of a record is left inside

  /// Turns the answer of an SSL_ function that did not succeed into a step, and keeps the reason. `system_error` is
  /// errno.
  IoStep outcome(int answer, int system_error) {
    switch (SSL_get_error(session.get(), answer)) {
      case SSL_ERROR_WANT_READ:
        return {IoStep::Outcome::wants_read};
      case SSL_ERROR_WANT_WRITE:
        return {IoStep::Outcome::wants_write};
      case SSL_ERROR_ZERO_RETURN:
        return {IoStep::Outcome::closed};
      case SSL_ERROR_SYSCALL:
        if (system_error == 0 || system_error == EPIPE || system_error == ECONNRESET) {
          return {IoStep::Outcome::closed};
        }
        error = {ErrorKind::io, fmt::format("the connection failed: {}", std::strerror(system_error)), system_error};
        return {IoStep::Outcome::failed};
      default:
        break;
    }
    if (ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
      ERR_clear_error();
      return {IoStep::Outcome::closed};
    }
    const long verified = SSL_get_verify_result(session.get());
    if (SSL_get_verify_mode(session.get()) != SSL_VERIFY_NONE && verified != X509_V_OK) {
      ERR_clear_error();
      error = {ErrorKind::refused,
               fmt::format("the server's certificate is not accepted: {}", X509_verify_cert_error_string(verified))};
    } else {
      error = {ErrorKind::io, fmt::format("TLS failed: {}", take_reason())};
    }
    return {IoStep::Outcome::failed};
  }
};

TlsSession::TlsSession(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsSession::TlsSession(TlsSession&&) noexcept = default;
TlsSession& TlsSession::operator=(TlsSession&&) noexcept = default;
TlsSession::~TlsSession() = default;

Result<TlsSession> TlsSession::make(const TlsOptions& options, const std::string& host, int socket) {
  ERR_clear_error();
  auto state = std::make_unique<State>();
  state->socket = socket;
  state->context.reset(SSL_CTX_new(TLS_client_method()));
  if (!state->context) {
    return fail(ErrorKind::io, fmt::format("TLS cannot be used: {}", take_reason()));
  }
  SSL_CTX* const context = state->context.get();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_default_read_buffer_len(context, read_ahead_size);
  if (auto loaded = load_files(context, options); !loaded) {
    return std::unexpected(loaded.error());
  }
  state->session.reset(SSL_new(context));
  if (!state->session) {
    return fail(ErrorKind::io, fmt::format("TLS cannot be used: {}", take_reason()));
  }
  if (auto host_set = set_host(state->session.get(), options, host); !host_set) {
    return std::unexpected(host_set.error());
  }
  BIO* const bio = bio_of(&state->socket);
  SSL_set_bio(state->session.get(), bio, bio);
  return TlsSession(std::move(state));
}

IoStep TlsSession::handshake() {
  ERR_clear_error();
  errno = 0;
  const int answer = SSL_connect(state_->session.get());
  return answer == 1 ? IoStep{} : state_->outcome(answer, errno);
}

IoStep TlsSession::read(std::span<std::uint8_t> room) {
  std::size_t filled = 0;
  while (filled < room.size()) {
    ERR_clear_error();
    errno = 0;
    std::size_t size = 0;
    const int answer = SSL_read_ex(state_->session.get(), room.data() + filled, room.size() - filled, &size);
    if (answer != 1) {
      const IoStep step = state_->outcome(answer, errno);
      // What was read comes first; an end or a failure is met again by the next call.
      state_->drained = true;
      return filled == 0 ? step : IoStep{IoStep::Outcome::done, filled};
    }
    filled += size;
  }
  state_->drained = false;
  return {IoStep::Outcome::done, filled};
}

IoStep TlsSession::write(ByteView bytes) {
  ERR_clear_error();
  errno = 0;
  std::size_t size = 0;
  const int answer = SSL_write_ex(state_->session.get(), bytes.data(), bytes.size(), &size);
  return answer == 1 ? IoStep{IoStep::Outcome::done, size} : state_->outcome(answer, errno);
}

bool TlsSession::has_pending() const {
  return !state_->drained && SSL_has_pending(state_->session.get()) == 1;
}

const Error& TlsSession::error() const {
  return state_->error;
}

std::string TlsSession::description() const {
  return fmt::format("{} {}", SSL_get_version(state_->session.get()), SSL_get_cipher_name(state_->session.get()));
}

}  // namespace sluice::mysql
