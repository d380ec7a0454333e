#include "mysql/client_login.h"

#include <algorithm>

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "mysql/authentication.h"
#include "mysql/authentication_packets.h"
#include "mysql/command.h"
#include "mysql/password_encryption.h"

namespace sluice::mysql {
namespace {

/// Nothing in the connection phase is large.
constexpr std::size_t login_payload_size_max = 65536;
/// More packets than any login takes.
constexpr int login_rounds_max = 10;
constexpr std::uint32_t max_packet_size = 1U << 30U;

ConnectionAttributes attributes_of(const ClientOptions& options) {
  ConnectionAttributes attributes = options.attributes;
  attributes.insert({{"program_name", "sluice"},
                     {"_client_name", "sluice"},
                     {"_client_version", SLUICE_VERSION},
                     {"_pid", std::to_string(::getpid())}});
  utsname system{};
  if (::uname(&system) == 0) {
    attributes.insert({{"_os", system.sysname}, {"_platform", system.machine}});
  }
  return attributes;
}

HandshakeResponse response_to(const Greeting& greeting, const ClientOptions& options) {
  constexpr Capabilities wanted = capability::long_password | capability::long_flag | capability::protocol_41 |
                                  capability::transactions | capability::secure_connection | capability::plugin_auth |
                                  capability::connect_attrs;
  HandshakeResponse response;
  response.capabilities = wanted;
  if (!options.database.empty()) {
    response.capabilities |= capability::connect_with_db;
  }
  if (options.tls.mode != TlsMode::off) {
    response.capabilities |= capability::ssl;
  }
  response.capabilities &= greeting.capabilities;
  response.max_packet_size = max_packet_size;
  response.charset = charset_utf8mb4_general_ci;
  response.user = options.user;
  response.database = options.database;
  response.attributes = attributes_of(options);
  return response;
}

/// One login under way.
class ClientLogin {
 public:
  ClientLogin(ClientConnection& connection, const ClientOptions& options, Deadline deadline)
      : connection_(connection), options_(options), deadline_(deadline) {}

  Result<Greeting> run(const std::string& host);

 private:
  Result<ByteView> read();
  Result<void> send(ByteView payload) { return connection_.send(payload, deadline_); }

  Result<void> start_tls(const HandshakeResponse& response, const std::string& host);
  Result<void> authenticate();
  Result<Bytes> proof() const;
  Result<void> switch_plugin(ByteView payload);
  Result<void> go_on(ByteView payload);
  Result<void> send_password();
  Result<void> choose_database(const HandshakeResponse& response);

  ClientConnection& connection_;
  const ClientOptions& options_;
  Deadline deadline_;
  std::string plugin_;
  Challenge challenge_{};
};

Result<Greeting> ClientLogin::run(const std::string& host) {
  const auto payload = read();
  auto greeting = payload ? decode_greeting(*payload) : std::unexpected(payload.error());
  if (!greeting) {
    return greeting;
  }
  HandshakeResponse response = response_to(*greeting, options_);
  if ((response.capabilities & capability::ssl) != 0) {
    if (auto started = start_tls(response, host); !started) {
      return std::unexpected(started.error());
    }
  } else if (options_.tls.mode >= TlsMode::required) {
    return fail(ErrorKind::refused, "TLS is required, but the server does not offer it");
  }
  challenge_ = greeting->challenge;
  plugin_ = greeting->plugin;
  auto first_proof = proof();
  if (!first_proof) {
    // The account may have another plugin than the server's default: begin with one of ours, the server will tell.
    plugin_ = plugin::mysql_native_password;
    first_proof = proof();
  }
  response.auth_response = std::move(*first_proof);
  response.plugin = plugin_;
  if (auto sent = send(encode_handshake_response(response)); !sent) {
    return std::unexpected(sent.error());
  }
  if (auto done = authenticate(); !done) {
    return std::unexpected(done.error());
  }
  if (auto chosen = choose_database(response); !chosen) {
    return std::unexpected(chosen.error());
  }
  return greeting;
}

/// An ERR packet, which may come at any time, is an error.
Result<ByteView> ClientLogin::read() {
  auto payload = connection_.read(deadline_, login_payload_size_max);
  if (payload && is_error(*payload)) {
    const auto error = decode_error(*payload);
    return std::unexpected(error ? to_error(*error) : error.error());
  }
  return payload;
}

Result<void> ClientLogin::start_tls(const HandshakeResponse& response, const std::string& host) {
  if (auto sent = send(encode_ssl_request(response)); !sent) {
    return sent;
  }
  // Whatever came before the handshake was not protected by it and must not count as if it were.
  if (!connection_.empty()) {
    return fail(ErrorKind::invalid, "the server sent something between its greeting and TLS");
  }
  return connection_.socket().start_tls(options_.tls, host, deadline_);
}

Result<Bytes> ClientLogin::proof() const {
  if (plugin_ == plugin::caching_sha2_password) {
    return sha2_proof(options_.password, challenge_);
  }
  // Without plugins there was only this one.
  if (plugin_ == plugin::mysql_native_password || plugin_.empty()) {
    return native_proof(options_.password, challenge_);
  }
  return fail(ErrorKind::unsupported,
              fmt::format("the account needs the authentication plugin {}; give it caching_sha2_password or "
                          "mysql_native_password",
                          plugin_));
}

Result<void> ClientLogin::authenticate() {
  for (int round = 0; round < login_rounds_max; ++round) {
    const auto payload = read();
    if (!payload) {
      return std::unexpected(payload.error());
    }
    if (is_ok(*payload)) {
      return {};
    }
    const bool switches = !payload->empty() && payload->front() == auth_switch_header;
    if (auto done = switches ? switch_plugin(*payload) : go_on(*payload); !done) {
      return done;
    }
  }
  return fail(ErrorKind::invalid, "the server does not come to an end with the login");
}

Result<void> ClientLogin::switch_plugin(ByteView payload) {
  const auto request = decode_auth_switch_request(payload);
  if (!request) {
    return std::unexpected(request.error());
  }
  plugin_ = request->plugin;
  std::copy_n(request->data.begin(), std::min(request->data.size(), challenge_.size()), challenge_.begin());
  const auto new_proof = proof();
  if (!new_proof) {
    return std::unexpected(new_proof.error());
  }
  if (request->data.size() != challenge_.size()) {
    return fail(ErrorKind::invalid, "the server's challenge is not one of 20 bytes");
  }
  return send(*new_proof);
}

Result<void> ClientLogin::go_on(ByteView payload) {
  const auto data = decode_auth_more_data(payload);
  if (!data || plugin_ != plugin::caching_sha2_password || data->size() != 1) {
    return fail(ErrorKind::invalid, "the server sent something that belongs to no login");
  }
  switch (data->front()) {
    case sha2_fast_login_ok:
      return {};
    case sha2_full_login_needed:
      return send_password();
    default:
      return fail(ErrorKind::invalid, "the server sent something that belongs to no login");
  }
}

Result<void> ClientLogin::send_password() {
  if (connection_.socket().is_tls()) {
    return send(encode_clear_password(options_.password));
  }
  if (!options_.public_key_request) {
    return fail(ErrorKind::refused,
                "the server wants the password itself, which needs TLS or leave to ask for its public key");
  }
  if (auto sent = send({&public_key_request, 1}); !sent) {
    return sent;
  }
  const auto payload = read();
  if (!payload) {
    return std::unexpected(payload.error());
  }
  const auto key = decode_auth_more_data(*payload);
  if (!key) {
    return fail(ErrorKind::invalid, "the server's answer to the request for its public key is none; use TLS");
  }
  const auto encrypted = encrypt_password(options_.password, challenge_, as_text(*key));
  if (!encrypted) {
    return std::unexpected(encrypted.error());
  }
  return send(*encrypted);
}

Result<void> ClientLogin::choose_database(const HandshakeResponse& response) {
  if (options_.database.empty() || (response.capabilities & capability::connect_with_db) != 0) {
    return {};
  }
  Bytes command{static_cast<std::uint8_t>(Command::init_db)};
  const ByteView name = as_bytes(options_.database);
  command.insert(command.end(), name.begin(), name.end());
  connection_.start_command();
  if (auto sent = send(command); !sent) {
    return sent;
  }
  const auto payload = read();
  if (!payload) {
    return std::unexpected(payload.error());
  }
  if (!is_ok(*payload)) {
    return fail(ErrorKind::invalid, "the server's answer to COM_INIT_DB is none");
  }
  return {};
}

}  // namespace

Result<Greeting> log_in_to_server(ClientConnection& connection, const ClientOptions& options, const std::string& host,
                                  Deadline deadline) {
  return ClientLogin(connection, options, deadline).run(host);
}

}  // namespace sluice::mysql
