#pragma once

#include <string>

namespace sluice::mysql {

/// How much a client asks of TLS, as in MySQL's --ssl-mode.
enum class TlsMode {
  off,
  preferred,        ///< if the server offers it; a listener is kept out, an impostor is not
  required,         ///< or no connection; the certificate is not looked at
  verify_ca,        ///< the certificate must be signed by one in `ca_file`
  verify_identity,  ///< and be made out to the host we connect to
};

/// Files are in PEM.
struct TlsOptions {
  TlsMode mode = TlsMode::preferred;
  std::string ca_file;           ///< empty: what the system trusts
  std::string certificate_file;  ///< ours, if the server wants one, with what it is signed by behind it
  std::string key_file;          ///< of our certificate, without pass phrase
};

}  // namespace sluice::mysql
