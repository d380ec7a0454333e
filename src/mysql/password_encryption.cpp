#include "mysql/password_encryption.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

namespace sluice::mysql {
namespace {

constexpr int key_bits_min = 2048;

template <auto free_function>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    free_function(object);
  }
};
using Bio = std::unique_ptr<BIO, Free<&BIO_free>>;
using PKey = std::unique_ptr<EVP_PKEY, Free<&EVP_PKEY_free>>;
using PKeyContext = std::unique_ptr<EVP_PKEY_CTX, Free<&EVP_PKEY_CTX_free>>;

/// OpenSSL would ask on the terminal if it were given no function.
int no_pass_phrase(char*, int, int, void*) {
  return -1;
}

Bio read_only_bio(std::string_view text) {
  return Bio(text.size() > INT32_MAX ? nullptr : BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string content(const Bio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

std::unexpected<Error> fail_without_trace(ErrorKind kind, std::string message) {
  ERR_clear_error();
  return fail(kind, std::move(message));
}

/// Also undoes itself.
std::string exclusive_or(std::string_view text, const Challenge& challenge) {
  std::string result(text);
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] = static_cast<char>(static_cast<std::uint8_t>(result[i]) ^ challenge[i % challenge.size()]);
  }
  return result;
}

PKeyContext oaep_context(EVP_PKEY* key, int (*init)(EVP_PKEY_CTX*)) {
  PKeyContext context(EVP_PKEY_CTX_new(key, nullptr));
  if (!context || init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING) != 1) {
    return nullptr;
  }
  return context;
}

}  // namespace

Result<Bytes> encrypt_password(std::string_view password, const Challenge& challenge, std::string_view public_key) {
  const Bio bio = read_only_bio(public_key);
  const PKey key(bio ? PEM_read_bio_PUBKEY(bio.get(), nullptr, &no_pass_phrase, nullptr) : nullptr);
  if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) {
    return fail_without_trace(ErrorKind::invalid, "the server's public key is not an RSA key in PEM form");
  }
  const std::string clear = exclusive_or(std::string(password) + '\0', challenge);
  const PKeyContext context = oaep_context(key.get(), &EVP_PKEY_encrypt_init);
  std::size_t size = 0;
  if (!context || EVP_PKEY_encrypt(context.get(), nullptr, &size, as_bytes(clear).data(), clear.size()) != 1) {
    return fail_without_trace(ErrorKind::invalid, "the server's public key cannot encrypt");
  }
  Bytes encrypted(size);
  if (EVP_PKEY_encrypt(context.get(), encrypted.data(), &size, as_bytes(clear).data(), clear.size()) != 1) {
    return fail_without_trace(ErrorKind::invalid, "the server's public key is too small for the password");
  }
  encrypted.resize(size);
  return encrypted;
}

struct PasswordKey::Key {
  PKey pair;
};

PasswordKey::PasswordKey(std::unique_ptr<Key> key, std::string public_key)
    : key_(std::move(key)), public_key_(std::move(public_key)) {}
PasswordKey::PasswordKey(PasswordKey&&) noexcept = default;
PasswordKey& PasswordKey::operator=(PasswordKey&&) noexcept = default;
PasswordKey::~PasswordKey() = default;

Result<PasswordKey> PasswordKey::from_pair(std::unique_ptr<Key> key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  if (!bio || PEM_write_bio_PUBKEY(bio.get(), key->pair.get()) != 1) {
    return fail_without_trace(ErrorKind::io, "writing an RSA public key failed");
  }
  return PasswordKey(std::move(key), content(bio));
}

Result<PasswordKey> PasswordKey::make() {
  auto key = std::make_unique<Key>(PKey(EVP_RSA_gen(key_bits_min)));
  if (!key->pair) {
    return fail_without_trace(ErrorKind::io, "making an RSA key failed");
  }
  return from_pair(std::move(key));
}

Result<PasswordKey> PasswordKey::from_private_key(std::string_view pem) {
  const Bio bio = read_only_bio(pem);
  auto key = std::make_unique<Key>(
      PKey(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, &no_pass_phrase, nullptr) : nullptr));
  if (!key->pair || EVP_PKEY_get_base_id(key->pair.get()) != EVP_PKEY_RSA ||
      EVP_PKEY_get_bits(key->pair.get()) < key_bits_min) {
    return fail_without_trace(ErrorKind::invalid,
                              "not an RSA private key of 2048 bits or more in PEM form without pass phrase");
  }
  return from_pair(std::move(key));
}

Result<std::string> PasswordKey::private_key() const {
  const Bio bio(BIO_new(BIO_s_mem()));
  if (!bio || PEM_write_bio_PrivateKey(bio.get(), key_->pair.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return fail_without_trace(ErrorKind::io, "writing an RSA private key failed");
  }
  return content(bio);
}

Result<std::string> PasswordKey::decrypt_password(ByteView encrypted, const Challenge& challenge) const {
  constexpr const char* message = "the encrypted password cannot be read";
  std::string clear(static_cast<std::size_t>(EVP_PKEY_get_size(key_->pair.get())), '\0');
  std::size_t size = clear.size();
  const PKeyContext context = oaep_context(key_->pair.get(), &EVP_PKEY_decrypt_init);
  if (!context || EVP_PKEY_decrypt(context.get(), reinterpret_cast<unsigned char*>(clear.data()), &size,
                                   encrypted.data(), encrypted.size()) != 1) {
    return fail_without_trace(ErrorKind::invalid, message);
  }
  clear.resize(size);
  std::string password = exclusive_or(clear, challenge);
  if (password.empty() || password.find('\0') != password.size() - 1) {
    return fail_without_trace(ErrorKind::invalid, message);
  }
  password.pop_back();
  return password;
}

}  // namespace sluice::mysql
