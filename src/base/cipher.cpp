#include "base/cipher.h"

#include <memory>

#include <openssl/evp.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/hex.h"
#include "base/random.h"

namespace sluice {
namespace {

constexpr std::string_view version_prefix = "v1$";
constexpr std::size_t nonce_size = 12;
constexpr std::size_t tag_size = 16;
constexpr std::size_t header_size = nonce_size + tag_size;
constexpr std::size_t secret_size_max = std::size_t{1} << 20U;

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

Context new_context() {
  Context context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  SLUICE_ASSERT(context != nullptr);
  return context;
}

int length(ByteView bytes) {
  SLUICE_ASSERT(bytes.size() <= secret_size_max);
  return static_cast<int>(bytes.size());
}

}  // namespace

std::string seal(const CipherKey& key, std::string_view purpose, std::string_view secret) {
  Bytes sealed(header_size + secret.size());
  fill_random(std::span(sealed).first(nonce_size));
  std::uint8_t* const text = sealed.data() + header_size;
  const ByteView bound = as_bytes(purpose);
  const ByteView plain = as_bytes(secret);
  const Context context = new_context();
  int written = 0;
  SLUICE_ASSERT(EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.data(), sealed.data()) == 1);
  SLUICE_ASSERT(EVP_EncryptUpdate(context.get(), nullptr, &written, bound.data(), length(bound)) == 1);
  SLUICE_ASSERT(EVP_EncryptUpdate(context.get(), text, &written, plain.data(), length(plain)) == 1);
  SLUICE_ASSERT(EVP_EncryptFinal_ex(context.get(), text + written, &written) == 1);
  SLUICE_ASSERT(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(tag_size),
                                    sealed.data() + nonce_size) == 1);
  return std::string(version_prefix) + to_hex(sealed);
}

Result<std::string> unseal(const CipherKey& key, std::string_view purpose, std::string_view sealed) {
  if (!sealed.starts_with(version_prefix)) {
    if (sealed.starts_with("v") && sealed.find('$') != std::string_view::npos) {
      return fail(ErrorKind::unsupported, "the secret was encrypted by a newer version: upgrade this server");
    }
    return fail(ErrorKind::invalid, "this is no encrypted secret");
  }
  auto bytes = from_hex(sealed.substr(version_prefix.size()));
  if (!bytes || bytes->size() < header_size || bytes->size() > header_size + secret_size_max) {
    return fail(ErrorKind::invalid, "this is no encrypted secret: its text is damaged");
  }
  const ByteView bound = as_bytes(purpose);
  const ByteView hidden = ByteView(*bytes).subspan(header_size);
  std::string secret(hidden.size(), '\0');
  auto* const text = reinterpret_cast<std::uint8_t*>(secret.data());
  const Context context = new_context();
  int written = 0;
  const bool sound = EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.data(), bytes->data()) == 1 &&
                     EVP_DecryptUpdate(context.get(), nullptr, &written, bound.data(), length(bound)) == 1 &&
                     EVP_DecryptUpdate(context.get(), text, &written, hidden.data(), length(hidden)) == 1 &&
                     EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(tag_size),
                                         bytes->data() + nonce_size) == 1 &&
                     EVP_DecryptFinal_ex(context.get(), text + written, &written) == 1;
  if (sound) return secret;
  return fail(ErrorKind::corrupt,
              "the secret does not open: this server's key file is not the one it was encrypted with, or the stored "
              "text was changed. Copy the key file of another server of the cluster, or set the secret again");
}

}  // namespace sluice
