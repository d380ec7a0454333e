#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <boost/asio/ssl/context.hpp>

#include "base/error.h"
#include "mysql/password_encryption.h"

namespace sluice::listen {

/// What the server shows of itself under TLS, in PEM. The key is secret.
struct Certificate {
  std::string chain;  ///< the server's certificate first
  std::string key;
  std::string source;  ///< the files' names, for messages
};

/// The certificate and key an administrator named.
[[nodiscard]] Result<Certificate> load_certificate(const std::filesystem::path& certificate,
                                                   const std::filesystem::path& key);

/// The instance's own, self-signed, in `directory` (server-cert.pem, and server-key.pem with mode 0600). Made at the
/// first start, or when its last day is near. Clients that check names or issuers need one of the administrator's.
[[nodiscard]] Result<Certificate> load_or_make_certificate(const std::filesystem::path& directory);

/// TLS 1.2 and up, client certificates not asked for. The error names the files.
[[nodiscard]] Result<std::unique_ptr<boost::asio::ssl::context>> make_tls_context(const Certificate& certificate);

/// The key with which clients without TLS encrypt their password: the certificate's if it is RSA, else one made for
/// this run.
[[nodiscard]] Result<mysql::PasswordKey> make_password_key(const Certificate& certificate);

}  // namespace sluice::listen
