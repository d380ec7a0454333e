#include "listen/accounts.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "base/hex.h"
#include "base/random.h"
#include "mysql/authentication.h"
#include "mysql/user_name.h"

namespace sluice::listen {

namespace {

constexpr std::string_view slow_hash_name = "pbkdf2-sha256";
constexpr int iterations_usual = 100'000;
constexpr int iterations_max = 2'000'000;
constexpr std::size_t salt_size = 16;
constexpr std::size_t salt_size_max = 64;
constexpr std::size_t hash_size = 32;

Bytes pbkdf2(const std::string& password, const Bytes& salt, int iterations) {
  Bytes hash(hash_size);
  const int done =
      PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), salt.data(), static_cast<int>(salt.size()),
                        iterations, EVP_sha256(), static_cast<int>(hash.size()), hash.data());
  return done == 1 ? hash : Bytes();
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(end + 1);
  }
}

}  // namespace

Result<PasswordHashes> hash_password(const std::string& password) {
  if (password.empty()) {
    return fail(ErrorKind::invalid, "the password is empty; an account needs one");
  }
  if (password.find('\0') != std::string::npos) {
    return fail(ErrorKind::invalid, "the password holds a zero byte, which clients cannot send");
  }
  Bytes salt(salt_size);
  fill_random(salt);
  const Bytes hash = pbkdf2(password, salt, iterations_usual);
  if (hash.empty()) {
    return fail(ErrorKind::unsupported, "OpenSSL could not compute PBKDF2");
  }
  std::string native = to_hex(mysql::native_stored_hash(password));
  std::transform(native.begin(), native.end(), native.begin(), [](char digit) {
    return static_cast<char>(digit >= 'a' && digit <= 'f' ? digit - 'a' + 'A' : digit);
  });
  return PasswordHashes{
      .native = "*" + native,
      .password_hash = fmt::format("{}${}${}${}", slow_hash_name, iterations_usual, to_hex(salt), to_hex(hash))};
}

Result<std::string> account_lines(const std::string& password) {
  const auto hashes = hash_password(password);
  if (!hashes) return std::unexpected(hashes.error());
  return fmt::format("native = \"{}\"\npassword_hash = \"{}\"\n", hashes->native, hashes->password_hash);
}

Accounts::Accounts() {
  fill_random(secret_);
}

std::unique_ptr<Accounts> Accounts::open_to_all() {
  std::unique_ptr<Accounts> accounts(new Accounts());
  accounts->open_to_all_ = true;
  return accounts;
}

Result<std::unique_ptr<Accounts>> Accounts::make(const std::vector<AccountSettings>& settings,
                                                 const std::string& tenant) {
  std::unique_ptr<Accounts> accounts(new Accounts());
  accounts->tenant_ = tenant;
  for (const AccountSettings& one : settings) {
    Result<Account> account = parse(one);
    if (!account) {
      return fail_in(fmt::format("account '{}'", one.name), account.error());
    }
    if (!accounts->accounts_.emplace(one.name, std::move(*account)).second) {
      return fail(ErrorKind::invalid, fmt::format("account '{}' is there twice", one.name));
    }
  }
  if (accounts->accounts_.empty()) {
    return fail(ErrorKind::invalid, "there is no account: nobody could log in");
  }
  return accounts;
}

Result<Accounts::Account> Accounts::parse(const AccountSettings& settings) {
  if (settings.name.empty()) {
    return fail(ErrorKind::invalid, "an account needs a name");
  }
  Account account;
  account.login.require_tls = settings.require_tls;
  account.admin = settings.admin;
  account.relay = settings.relay;
  if (!settings.native.empty()) {
    const std::optional<Bytes> hash =
        settings.native.front() == '*' ? from_hex(std::string_view(settings.native).substr(1)) : std::nullopt;
    if (!hash || hash->size() != account.login.native_hash.size()) {
      return fail(ErrorKind::invalid, "native has to be '*' and 40 hexadecimal digits");
    }
    std::copy(hash->begin(), hash->end(), account.login.native_hash.begin());
    account.login.native = true;
  }
  if (!settings.password_hash.empty()) {
    Result<SlowHash> slow = parse_slow_hash(settings.password_hash);
    if (!slow) {
      return std::unexpected(slow.error());
    }
    account.slow = std::move(*slow);
    account.login.sha2 = true;
  }
  if (!account.login.native && !account.login.sha2) {
    return fail(ErrorKind::invalid,
                "it has neither native nor password_hash; sluice-instance hash-password makes them");
  }
  return account;
}

Result<Accounts::SlowHash> Accounts::parse_slow_hash(const std::string& text) {
  const std::vector<std::string_view> parts = split(text, '$');
  const auto wrong = fail(ErrorKind::invalid, "password_hash has to be 'pbkdf2-sha256$iterations$salt$hash'");
  if (parts.size() != 4 || parts[0] != slow_hash_name) {
    return wrong;
  }
  SlowHash slow;
  const char* const end = parts[1].data() + parts[1].size();
  const auto [stop, error] = std::from_chars(parts[1].data(), end, slow.iterations);
  const std::optional<Bytes> salt = from_hex(parts[2]);
  const std::optional<Bytes> hash = from_hex(parts[3]);
  if (error != std::errc() || stop != end || slow.iterations < 1 || slow.iterations > iterations_max || !salt ||
      salt->empty() || salt->size() > salt_size_max || !hash || hash->size() != hash_size) {
    return wrong;
  }
  slow.salt = *salt;
  slow.hash = *hash;
  return slow;
}

bool Accounts::matches(const SlowHash& slow, const std::string& password) {
  const Bytes hash = pbkdf2(password, slow.salt, slow.iterations);
  return !hash.empty() && equal_in_constant_time(hash, slow.hash);
}

const Accounts::Account& Accounts::look_alike(const std::string& user) const {
  const Sha256 digest = sha256({secret_, as_bytes(user)});
  auto found = accounts_.begin();
  std::advance(found, static_cast<std::ptrdiff_t>(load_little_endian(digest.data(), 4) % accounts_.size()));
  return found->second;
}

/// By the whole name, or by the user's alone where the rest names this tenant.
std::map<std::string, Accounts::Account>::const_iterator Accounts::entry(const std::string& user) const {
  const auto found = accounts_.find(user);
  if (found != accounts_.end() || tenant_.empty()) {
    return found;
  }
  const mysql::TenantUserName name = mysql::parse_user_name(user);
  const std::string_view tenant = std::string_view(tenant_).substr(tenant_.find('.') + 1);
  const bool ours = name.cluster.empty() ? name.tenant == tenant : name.cluster + "." + name.tenant == tenant_;
  return ours ? accounts_.find(name.user) : accounts_.end();
}

void Accounts::take_over(const Accounts& before) {
  secret_ = before.secret_;
  const std::lock_guard lock(before.mutex_);
  for (auto& [name, account] : accounts_) {
    const auto former = before.accounts_.find(name);
    if (former != before.accounts_.end() && account.login.sha2 && former->second.slow == account.slow) {
      account.login.sha2_hash = former->second.login.sha2_hash;
    }
  }
}

bool Accounts::is_known(const std::string& user) const {
  return open_to_all_ || entry(user) != accounts_.end();
}

bool Accounts::is_relay(const std::string& user) const {
  const auto found = accounts_.find(user);
  return found != accounts_.end() && found->second.relay;
}

bool Accounts::is_admin(const std::string& user) const {
  const auto found = entry(user);
  return found != accounts_.end() && found->second.admin;
}

mysql::LoginAccount Accounts::find(const std::string& user) const {
  if (open_to_all_) {
    mysql::LoginAccount anyone;
    anyone.any_password = true;
    return anyone;
  }
  const std::lock_guard lock(mutex_);
  const auto found = entry(user);
  if (found != accounts_.end()) {
    return found->second.login;
  }
  mysql::LoginAccount nobody = look_alike(user).login;
  fill_random(nobody.native_hash);
  nobody.sha2_hash.reset();
  return nobody;
}

bool Accounts::verify(const std::string& user, const std::string& password) {
  if (open_to_all_) {
    return true;
  }
  const auto found = entry(user);
  const bool known = found != accounts_.end() && found->second.login.sha2;
  const SlowHash& slow = found != accounts_.end() ? found->second.slow : look_alike(user).slow;
  const bool right = matches(slow, password);
  if (!known || !right) {
    return false;
  }
  const std::lock_guard lock(mutex_);
  accounts_.at(found->first).login.sha2_hash = mysql::sha2_stored_hash(password);
  return true;
}

}  // namespace sluice::listen
