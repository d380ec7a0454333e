#include "mysql/server_login.h"

#include <algorithm>

#include <fmt/format.h>
#include <openssl/crypto.h>

#include "mysql/authentication.h"
#include "mysql/authentication_packets.h"
#include "mysql/column.h"
#include "mysql/greeting.h"
#include "mysql/run_on.h"

namespace sluice::mysql {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t handshake_size_max = 128U << 10U;
constexpr std::size_t proof_size_max = 4096;

constexpr Capabilities offered_always = capability::long_password | capability::found_rows | capability::long_flag |
                                        capability::connect_with_db | capability::ignore_space |
                                        capability::protocol_41 | capability::interactive | capability::transactions |
                                        capability::reserved | capability::secure_connection | capability::plugin_auth |
                                        capability::connect_attrs | capability::plugin_auth_lenenc_client_data;

/// What one log-in carries from step to step.
struct Conversation {
  Channel& channel;
  const LoginSettings& settings;
  AccountStore& accounts;
  steady_clock::time_point end;

  [[nodiscard]] asio::awaitable<Result<Bytes>> read(std::size_t size_max) const {
    const auto left = std::chrono::duration_cast<milliseconds>(end - steady_clock::now());
    co_return co_await channel.read_payload(size_max, std::max(left, milliseconds(1)));
  }

  void tell(int error_code) const {
    if (settings.decided) {
      settings.decided(error_code);
    }
  }
};

/// What the client claims to be.
struct Claim {
  std::string user;
  std::string plugin;  ///< the one `proof` is for
  Bytes proof;
  bool can_switch = false;  ///< the client knows AuthSwitchRequest
  bool always_switch = false;
};

/// For our log, where a client's text must not begin a line of its own.
std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7F'; }, '?');
  return text;
}

asio::awaitable<std::unexpected<Error>> refuse(const Conversation& talk, const SqlError& error) {
  talk.tell(error.code);
  const Bytes payload = encode_error(error);
  (void)co_await talk.channel.write_payload(payload);
  co_return fail(ErrorKind::refused, fmt::format("{}: {}", talk.channel.peer(), printable(error.message)), error.code);
}

asio::awaitable<std::unexpected<Error>> bad_handshake(const Conversation& talk) {
  const SqlError error{1043, "08S01", "Bad handshake"};
  co_return co_await refuse(talk, error);
}

/// The rest of caching_sha2_password when the proof does not match a known hash: the client sends the password.
asio::awaitable<Result<bool>> check_full(const Conversation& talk, const std::string& user,
                                         const Challenge& challenge) {
  const Bytes full_needed = encode_auth_more_data(ByteView(&sha2_full_login_needed, 1));
  const Result<void> asked = co_await talk.channel.write_payload(full_needed);
  if (!asked) {
    co_return std::unexpected(asked.error());
  }
  Result<Bytes> payload = co_await talk.read(proof_size_max);
  if (!payload) {
    co_return std::unexpected(payload.error());
  }
  Result<std::string> password;
  if (talk.channel.is_tls()) {
    password = decode_clear_password(*payload);
    OPENSSL_cleanse(payload->data(), payload->size());
  } else {
    if (talk.settings.password_key == nullptr) {
      co_return false;
    }
    if (payload->size() == 1 && payload->front() == public_key_request) {
      const Bytes key = encode_auth_more_data(as_bytes(talk.settings.password_key->public_key()));
      const Result<void> written = co_await talk.channel.write_payload(key);
      if (!written) {
        co_return std::unexpected(written.error());
      }
      payload = co_await talk.read(proof_size_max);
      if (!payload) {
        co_return std::unexpected(payload.error());
      }
    }
    password = talk.settings.password_key->decrypt_password(*payload, challenge);
  }
  // A password that cannot be read takes as long as a wrong one.
  std::string candidate = password ? std::move(*password) : std::string();
  const bool readable = password.has_value() && !candidate.empty();
  const auto verify = [&] { return talk.accounts.verify(user, candidate); };
  const asio::any_io_executor here = talk.channel.executor();
  const bool right = talk.settings.slow ? co_await run_on(talk.settings.slow, here, verify) : verify();
  OPENSSL_cleanse(candidate.data(), candidate.size());
  co_return readable&& right;
}

asio::awaitable<Result<bool>> check_sha2(const Conversation& talk, const LoginAccount& account, const Claim& claim,
                                         const Challenge& challenge) {
  // A single zero byte is how some clients say "no password".
  if (claim.proof.size() <= 1) {
    co_return false;
  }
  if (account.sha2_hash && sha2_matches(claim.proof, challenge, *account.sha2_hash)) {
    const Bytes fast = encode_auth_more_data(ByteView(&sha2_fast_login_ok, 1));
    const Result<void> written = co_await talk.channel.write_payload(fast);
    if (!written) {
      co_return std::unexpected(written.error());
    }
    co_return true;
  }
  co_return co_await check_full(talk, claim.user, challenge);
}

bool has_plugin(const LoginAccount& account, std::string_view name) {
  return (name == plugin::mysql_native_password && account.native) ||
         (name == plugin::caching_sha2_password && account.sha2);
}

/// Lets the client prove what it claims; asks for another plugin where the account lacks the one it chose.
asio::awaitable<Result<bool>> authenticate(const Conversation& talk, const LoginAccount& account, Claim& claim,
                                           Challenge& challenge) {
  if (account.any_password) {
    co_return true;
  }
  if (!has_plugin(account, claim.plugin) || claim.always_switch) {
    if (!claim.can_switch) {
      co_return false;
    }
    if (!has_plugin(account, claim.plugin)) {
      claim.plugin = account.native ? plugin::mysql_native_password : plugin::caching_sha2_password;
    }
    if (!claim.always_switch) {
      challenge = make_challenge();
    }
    const Bytes request = encode_auth_switch_request(claim.plugin, challenge);
    const Result<void> asked = co_await talk.channel.write_payload(request);
    if (!asked) {
      co_return std::unexpected(asked.error());
    }
    Result<Bytes> proof = co_await talk.read(proof_size_max);
    if (!proof) {
      co_return std::unexpected(proof.error());
    }
    claim.proof = std::move(*proof);
  }
  if (claim.plugin == plugin::mysql_native_password) {
    co_return native_matches(claim.proof, challenge, account.native_hash);
  }
  co_return co_await check_sha2(talk, account, claim, challenge);
}

/// Authenticates and answers with OK or ERR. `login.challenge` becomes the last one sent.
asio::awaitable<Result<void>> admit(const Conversation& talk, Claim& claim, Login& login) {
  login.trusted = talk.settings.trusts && talk.settings.trusts(talk.channel.peer_address(), claim.user);
  LoginAccount account = talk.accounts.find(claim.user);
  account.any_password = account.any_password || login.trusted;
  const Result<bool> right = co_await authenticate(talk, account, claim, login.challenge);
  if (!right) {
    co_return std::unexpected(right.error());
  }
  const bool tls_missing = account.require_tls && !talk.channel.is_tls();
  if (!*right || tls_missing) {
    const SqlError denied{
        1045, "28000",
        fmt::format("Access denied for user '{}'@'{}' (using password: {}){}", claim.user, talk.channel.peer_address(),
                    claim.proof.size() <= 1 ? "NO" : "YES", *right ? ": this account has to use TLS" : "")};
    co_return co_await refuse(talk, denied);
  }
  if (talk.settings.refuses) {
    if (const std::optional<SqlError> refusal = talk.settings.refuses(claim.user)) {
      co_return co_await refuse(talk, *refusal);
    }
  }
  if (talk.settings.refuses_later) {
    const std::optional<SqlError> refusal = co_await talk.settings.refuses_later(login);
    if (refusal) {
      co_return co_await refuse(talk, *refusal);
    }
  }
  talk.tell(0);
  const Bytes ok = encode_ok(Ok{}, login.capabilities);
  co_return co_await talk.channel.write_payload(ok);
}

/// The client's answer to the greeting, read again under TLS if it asks for TLS first.
asio::awaitable<Result<HandshakeResponse>> read_response(const Conversation& talk) {
  Result<Bytes> payload = co_await talk.read(handshake_size_max);
  if (!payload) {
    co_return std::unexpected(payload.error());
  }
  if (is_ssl_request(*payload)) {
    if (talk.settings.tls == nullptr) {
      co_return co_await bad_handshake(talk);
    }
    const auto left = std::chrono::duration_cast<milliseconds>(talk.end - steady_clock::now());
    const Result<void> secure = co_await talk.channel.start_tls(*talk.settings.tls, std::max(left, milliseconds(1)));
    if (!secure) {
      co_return std::unexpected(secure.error());
    }
    payload = co_await talk.read(handshake_size_max);
    if (!payload) {
      co_return std::unexpected(payload.error());
    }
  }
  Result<HandshakeResponse> response = decode_handshake_response(*payload);
  if (!response) {
    co_return co_await bad_handshake(talk);
  }
  co_return response;
}

Greeting make_greeting(const LoginSettings& settings, std::uint32_t connection_id) {
  Greeting greeting;
  greeting.server_version = settings.server_version();
  greeting.connection_id = connection_id;
  greeting.challenge = make_challenge();
  greeting.capabilities = offered_always | (settings.tls != nullptr ? capability::ssl : 0);
  greeting.charset = charset_utf8mb4_general_ci;
  greeting.status = status_flag::autocommit;
  greeting.plugin = plugin::mysql_native_password;
  return greeting;
}

}  // namespace

asio::awaitable<Result<Login>> log_in(Channel& channel, const LoginSettings& settings, AccountStore& accounts,
                                      std::uint32_t connection_id) {
  const Conversation talk{channel, settings, accounts, steady_clock::now() + settings.deadline};
  const Greeting greeting = make_greeting(settings, connection_id);
  const Bytes payload = encode_greeting(greeting);
  const Result<void> greeted = co_await channel.write_payload(payload);
  if (!greeted) {
    co_return std::unexpected(greeted.error());
  }
  Result<HandshakeResponse> response = co_await read_response(talk);
  if (!response) {
    co_return std::unexpected(response.error());
  }

  Login login;
  login.user = response->user;
  login.database = response->database;
  login.capabilities = response->capabilities & greeting.capabilities;
  login.max_packet_size = response->max_packet_size;
  login.attributes = std::move(response->attributes);

  Claim claim;
  claim.user = response->user;
  claim.can_switch = (login.capabilities & capability::plugin_auth) != 0;
  claim.plugin = claim.can_switch ? response->plugin : std::string(plugin::mysql_native_password);
  claim.proof = std::move(response->auth_response);
  login.challenge = greeting.challenge;
  const Result<void> admitted = co_await admit(talk, claim, login);
  if (!admitted) {
    co_return std::unexpected(admitted.error());
  }
  co_return login;
}

asio::awaitable<Result<Login>> change_user(Channel& channel, const LoginSettings& settings, AccountStore& accounts,
                                           const Login& before, ByteView payload) {
  const Conversation talk{channel, settings, accounts, steady_clock::now() + settings.deadline};
  Result<ChangeUser> change = decode_change_user(payload, before.capabilities);
  if (!change) {
    const SqlError malformed{1835, "HY000", "Malformed communication packet."};
    co_return co_await refuse(talk, malformed);
  }
  Login login = before;
  login.user = change->user;
  login.database = change->database;
  if ((before.capabilities & capability::connect_attrs) != 0 && !change->attributes.empty()) {
    login.attributes = std::move(change->attributes);
  }

  Claim claim;
  claim.user = change->user;
  claim.can_switch = (before.capabilities & capability::plugin_auth) != 0;
  claim.plugin = change->plugin;
  claim.always_switch = true;
  const Result<void> admitted = co_await admit(talk, claim, login);
  if (!admitted) {
    co_return std::unexpected(admitted.error());
  }
  co_return login;
}

}  // namespace sluice::mysql
