#include "listen/certificate.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/file.h"
#include "base/random.h"

namespace sluice::listen {

namespace {

constexpr std::size_t file_size_max = 1U << 20U;
constexpr unsigned rsa_bits = 2048;
constexpr long seconds_a_day = 24L * 60 * 60;
constexpr long valid_days = 3650;
constexpr long renewed_days_before = 30;
constexpr std::string_view certificate_file = "server-cert.pem";
constexpr std::string_view key_file = "server-key.pem";

template <auto release>
struct Releaser {
  template <typename T>
  void operator()(T* object) const {
    release(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Releaser<EVP_PKEY_free>>;
using X509Certificate = std::unique_ptr<X509, Releaser<X509_free>>;
using Memory = std::unique_ptr<BIO, Releaser<BIO_free_all>>;

/// What OpenSSL has to say, and nothing left behind for the next one.
std::string openssl_error() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) {
    return "unknown cause";
  }
  char text[256];
  ERR_error_string_n(code, text, sizeof(text));
  return text;
}

std::string text_of(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  return {data, static_cast<std::size_t>(size)};
}

bool add_extension(X509* certificate, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Releaser<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, kind, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool describe(X509* certificate, EVP_PKEY* key) {
  std::uint8_t serial[8];
  fill_random(serial);
  serial[0] = static_cast<std::uint8_t>((serial[0] & 0x7F) | 0x40);
  const std::unique_ptr<BIGNUM, Releaser<BN_free>> number(BN_bin2bn(serial, sizeof(serial), nullptr));
  X509_NAME* const name = X509_get_subject_name(certificate);
  const auto* const text = reinterpret_cast<const unsigned char*>("Sluice");
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr &&
         X509_set_version(certificate, X509_VERSION_3) == 1 &&
         X509_gmtime_adj(X509_getm_notBefore(certificate), -seconds_a_day) != nullptr &&
         X509_gmtime_adj(X509_getm_notAfter(certificate), valid_days * seconds_a_day) != nullptr &&
         X509_set_pubkey(certificate, key) == 1 &&
         X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text, -1, -1, 0) == 1 &&
         X509_set_issuer_name(certificate, name) == 1 &&
         add_extension(certificate, NID_basic_constraints, "critical,CA:FALSE") &&
         add_extension(certificate, NID_ext_key_usage, "serverAuth") && X509_sign(certificate, key, EVP_sha256()) > 0;
}

Result<Certificate> make_self_signed() {
  const Key key(EVP_RSA_gen(rsa_bits));
  const X509Certificate certificate(X509_new());
  const Memory key_text(BIO_new(BIO_s_mem()));
  const Memory certificate_text(BIO_new(BIO_s_mem()));
  if (!key || !certificate || !key_text || !certificate_text || !describe(certificate.get(), key.get()) ||
      PEM_write_bio_PKCS8PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1 ||
      PEM_write_bio_X509(certificate_text.get(), certificate.get()) != 1) {
    return fail(ErrorKind::unsupported, fmt::format("making a TLS certificate failed: {}", openssl_error()));
  }
  return Certificate{text_of(certificate_text.get()), text_of(key_text.get()), {}};
}

/// Whether the first certificate of `chain` can be used for a while still. One that cannot be read is not ours to
/// replace.
bool is_near_its_end(const std::string& chain) {
  const Memory memory(BIO_new_mem_buf(chain.data(), static_cast<int>(chain.size())));
  const X509Certificate certificate(PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  if (!certificate) {
    return false;
  }
  int days = 0;
  int seconds = 0;
  return ASN1_TIME_diff(&days, &seconds, nullptr, X509_get0_notAfter(certificate.get())) == 1 &&
         days < renewed_days_before;
}

}  // namespace

Result<Certificate> load_certificate(const std::filesystem::path& certificate, const std::filesystem::path& key) {
  Result<std::string> chain = read_file(certificate, file_size_max);
  if (!chain) {
    return fail_in("TLS certificate", chain.error());
  }
  Result<std::string> secret = read_file(key, file_size_max);
  if (!secret) {
    return fail_in("TLS key", secret.error());
  }
  return Certificate{std::move(*chain), std::move(*secret),
                     fmt::format("{} and {}", certificate.string(), key.string())};
}

Result<Certificate> load_or_make_certificate(const std::filesystem::path& directory) {
  const std::filesystem::path certificate_path = directory / certificate_file;
  const std::filesystem::path key_path = directory / key_file;
  std::error_code ignored;
  if (std::filesystem::exists(certificate_path, ignored) && std::filesystem::exists(key_path, ignored)) {
    Result<Certificate> found = load_certificate(certificate_path, key_path);
    if (!found || !is_near_its_end(found->chain)) {
      return found;
    }
  }
  Result<Certificate> made = make_self_signed();
  if (!made) {
    return made;
  }
  // A crash between the two leaves a key without certificate, and both are made anew.
  std::filesystem::remove(certificate_path, ignored);
  Result<void> kept = replace_file(key_path, made->key, 0600);
  if (kept) {
    kept = replace_file(certificate_path, made->chain, 0644);
  }
  if (!kept) {
    return std::unexpected(kept.error());
  }
  made->source = fmt::format("{} and {}", certificate_path.string(), key_path.string());
  return made;
}

Result<std::unique_ptr<boost::asio::ssl::context>> make_tls_context(const Certificate& certificate) {
  namespace ssl = boost::asio::ssl;
  auto context = std::make_unique<ssl::context>(ssl::context::tls_server);
  boost::system::error_code error;
  context->set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 | ssl::context::no_sslv3 |
                           ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1 | ssl::context::no_compression,
                       error);
  if (!error) {
    context->use_certificate_chain(boost::asio::buffer(certificate.chain), error);
  }
  if (!error) {
    context->use_private_key(boost::asio::buffer(certificate.key), ssl::context::pem, error);
  }
  if (error || SSL_CTX_check_private_key(context->native_handle()) != 1) {
    return fail(ErrorKind::invalid, fmt::format("TLS cannot use {}: {}", certificate.source,
                                                error ? error.message() : "the key is not the certificate's"));
  }
  // Connections last; resuming sessions gains nothing.
  SSL_CTX_set_session_cache_mode(context->native_handle(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context->native_handle(), 0);
  return context;
}

Result<mysql::PasswordKey> make_password_key(const Certificate& certificate) {
  Result<mysql::PasswordKey> key = mysql::PasswordKey::from_private_key(certificate.key);
  return key ? std::move(key) : mysql::PasswordKey::make();
}

}  // namespace sluice::listen
