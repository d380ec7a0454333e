#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "mysql/challenge.h"

namespace sluice::mysql {

/// Full caching_sha2_password login without TLS: the client sends the password and a zero byte, each byte XORed with
/// the challenge repeated, encrypted with the server's RSA key (PKCS #1 OAEP with SHA-1).

/// What the client sends. `public_key` is in PEM. A key that is none, or too small for the password, is
/// ErrorKind::invalid.
[[nodiscard]] Result<Bytes> encrypt_password(std::string_view password, const Challenge& challenge,
                                             std::string_view public_key);

/// The server's RSA key pair for such logins. After it was made it only is read: any number of threads.
class PasswordKey {
 public:
  /// A new pair of 2048 bits. Takes some 100 ms.
  [[nodiscard]] static Result<PasswordKey> make();
  /// The pair of a private key in PEM without pass phrase; it must be RSA of 2048 bits or more.
  [[nodiscard]] static Result<PasswordKey> from_private_key(std::string_view pem);

  PasswordKey(PasswordKey&&) noexcept;
  PasswordKey& operator=(PasswordKey&&) noexcept;
  ~PasswordKey();

  /// In PEM: what a client gets that asks with public_key_request, inside encode_auth_more_data.
  [[nodiscard]] const std::string& public_key() const { return public_key_; }
  /// The private key in PEM, to keep it over a restart. Secret.
  [[nodiscard]] Result<std::string> private_key() const;

  /// The password a client encrypted. Whatever is wrong with the bytes, the error is the same.
  [[nodiscard]] Result<std::string> decrypt_password(ByteView encrypted, const Challenge& challenge) const;

 private:
  struct Key;
  PasswordKey(std::unique_ptr<Key> key, std::string public_key);
  [[nodiscard]] static Result<PasswordKey> from_pair(std::unique_ptr<Key> key);

  std::unique_ptr<Key> key_;
  std::string public_key_;
};

}  // namespace sluice::mysql
