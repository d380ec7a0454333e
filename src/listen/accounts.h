#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/error.h"
#include "mysql/server_login.h"

namespace sluice::listen {

/// An account as it stands in the configuration. At least one of the two hashes is there; which ones decides how
/// clients may log in.
struct AccountSettings {
  std::string name;
  /// For mysql_native_password: "*" and 40 hexadecimal digits, as MySQL's PASSWORD() gives it.
  std::string native;
  /// For caching_sha2_password: "pbkdf2-sha256$iterations$salt$hash", salt and hash in hexadecimal.
  std::string password_hash;
  bool require_tls = false;
  bool admin = false;  ///< may change parameters, end connections and purge the log
  bool relay = false;  ///< logs in for others, whom it has checked (mysql/relayed_login.h); for servers of the cluster

  bool operator==(const AccountSettings&) const = default;
};

/// What is kept of a password: the two hashes of AccountSettings.
struct PasswordHashes {
  std::string native;
  std::string password_hash;
};
/// Slow by intent. Refused for an empty password, and for one that clients cannot send.
[[nodiscard]] Result<PasswordHashes> hash_password(const std::string& password);

/// What `sluice-instance hash-password` prints: both hashes of a password as lines of the configuration file.
[[nodiscard]] Result<std::string> account_lines(const std::string& password);

/// The accounts clients log in to. A name may say the tenant (`user@tenant#cluster`): with this one's it is the account
/// `user`, with another one's it is unknown. Any thread. Passwords are only checked against hashes; what is kept of a
/// password that was seen is SHA256(SHA256(password)), in memory.
class Accounts : public mysql::AccountStore {
 public:
  /// The error names the account and what is wrong with it.
  [[nodiscard]] static Result<std::unique_ptr<Accounts>> make(const std::vector<AccountSettings>& settings,
                                                              const std::string& tenant = "");

  /// Lets everybody in: log-in is switched off.
  [[nodiscard]] static std::unique_ptr<Accounts> open_to_all();

  /// Keeps what `before` has learnt, for accounts whose password is the same, so that their clients need not send it
  /// again; and goes on to answer unknown users as `before` did. Before these are used.
  void take_over(const Accounts& before);

  /// Whether there is such an account; true for all when log-in is switched off.
  [[nodiscard]] bool is_known(const std::string& user) const;
  /// Whether the account is an administrator's; false for unknown ones, and for all when log-in is switched off.
  [[nodiscard]] bool is_admin(const std::string& user) const;
  /// Whether the account logs in for others.
  [[nodiscard]] bool is_relay(const std::string& user) const;

  [[nodiscard]] mysql::LoginAccount find(const std::string& user) const override;
  [[nodiscard]] bool verify(const std::string& user, const std::string& password) override;

 private:
  struct SlowHash {
    int iterations = 0;
    Bytes salt;
    Bytes hash;

    bool operator==(const SlowHash&) const = default;
  };
  struct Account {
    mysql::LoginAccount login;
    SlowHash slow;
    bool admin = false;
    bool relay = false;
  };

  Accounts();
  [[nodiscard]] static Result<SlowHash> parse_slow_hash(const std::string& text);
  [[nodiscard]] static Result<Account> parse(const AccountSettings& settings);
  [[nodiscard]] static bool matches(const SlowHash& slow, const std::string& password);
  [[nodiscard]] std::map<std::string, Account>::const_iterator entry(const std::string& user) const;
  [[nodiscard]] const Account& look_alike(const std::string& user) const;

  mutable std::mutex mutex_;  ///< guards the sha2_hash of accounts
  std::string tenant_;        ///< "cluster.tenant"; empty: names say none
  std::map<std::string, Account> accounts_;
  Sha256 secret_{};  ///< decides which account an unknown user is made to look like
  bool open_to_all_ = false;
};

}  // namespace sluice::listen
