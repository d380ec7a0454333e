#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/digest.h"
#include "mysql/challenge.h"
#include "mysql/channel.h"
#include "mysql/handshake_response.h"
#include "mysql/password_encryption.h"
#include "mysql/response.h"

namespace sluice::mysql {

/// What a log-in is checked against.
struct LoginAccount {
  bool native = false;  ///< mysql_native_password may be used
  bool sha2 = false;    ///< caching_sha2_password may be used
  Sha1 native_hash{};   ///< with `native`: SHA1(SHA1(password))
  /// With `sha2`: SHA256(SHA256(password)), if the password was seen since the start; without it the client has to send
  /// the password itself, which AccountStore::verify checks.
  std::optional<Sha256> sha2_hash;
  bool require_tls = false;
  bool any_password = false;  ///< log-in is switched off: whoever comes is let in
};

/// The accounts clients log in to. Any thread.
class AccountStore {
 public:
  virtual ~AccountStore() = default;

  /// The account of `user`. For an unknown user one that looks like the others and that no password opens, so that
  /// nobody learns from our answers which names exist.
  [[nodiscard]] virtual LoginAccount find(const std::string& user) const = 0;

  /// Whether `password` opens the account, in a time that does not depend on whether there is such an account. Slow by
  /// intent: it computes for a tenth of a second or so, on a thread of LoginSettings::slow.
  [[nodiscard]] virtual bool verify(const std::string& user, const std::string& password) = 0;
};

struct Login;

/// How this server greets. The pointers must outlive all log-ins.
struct LoginSettings {
  std::function<std::string()> server_version;
  asio::ssl::context* tls = nullptr;           ///< none: TLS is not offered
  const PasswordKey* password_key = nullptr;   ///< none: caching_sha2_password by RSA is not possible
  asio::any_io_executor slow;                  ///< a thread pool for AccountStore::verify; none: it runs in place
  std::chrono::milliseconds deadline{10'000};  ///< for all of it, from greeting to OK
  /// Whether who comes from this IP address under this name is let in without a proof: by a proxy that has asked for
  /// it. None: nobody is.
  std::function<bool(const std::string& address, const std::string& user)> trusts;
  /// Asked about a client that has proved who it is, before it is let in: an error refuses it. None: all are let in.
  std::function<std::optional<SqlError>(const std::string& user)> refuses;
  /// The same for what takes its time, after `refuses`. None: nothing more is asked.
  std::function<asio::awaitable<std::optional<SqlError>>(const Login& login)> refuses_later;
  /// Told what was decided of a log-in before its client hears of it: 0 for OK, or the error's code. Not told of one
  /// that left or was silent. None: nobody is told.
  std::function<void(int error_code)> decided;
};

/// Who has logged in, and what holds on the connection from now on.
struct Login {
  std::string user;
  std::string database;  ///< empty if none was chosen
  Capabilities capabilities = 0;
  std::uint32_t max_packet_size = 0;
  ConnectionAttributes attributes;
  bool trusted = false;   ///< let in because of its address, not because of what it knows
  Challenge challenge{};  ///< the last one sent: COM_CHANGE_USER is answered with it again
};

/// The connection phase (MySQL manual: "Connection Phase"), from greeting to OK, TLS included. When the client is
/// refused it has been told (1045 Access denied, 1043 Bad handshake) and the error is ErrorKind::refused with that
/// code; the caller closes the connection. `settings` must live until it completes.
[[nodiscard]] asio::awaitable<Result<Login>> log_in(Channel& channel, const LoginSettings& settings,
                                                    AccountStore& accounts, std::uint32_t connection_id);

/// COM_CHANGE_USER: log-in anew on the same connection, with the challenge the client has already: libmariadb proves
/// with that one whatever it is sent. `payload` begins with the command byte and must live until it completes, as must
/// `before`. Errors as with log_in.
[[nodiscard]] asio::awaitable<Result<Login>> change_user(Channel& channel, const LoginSettings& settings,
                                                         AccountStore& accounts, const Login& before, ByteView payload);

}  // namespace sluice::mysql
