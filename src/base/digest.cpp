#include "base/digest.h"

#include <memory>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/assert.h"

namespace sluice {
namespace {

template <typename Digest>
Digest digest(const EVP_MD* algorithm, std::initializer_list<ByteView> parts) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  Digest result{};
  unsigned int size = 0;
  SLUICE_ASSERT(context != nullptr && EVP_DigestInit_ex(context.get(), algorithm, nullptr) == 1);
  for (const ByteView part : parts) {
    SLUICE_ASSERT(EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1);
  }
  SLUICE_ASSERT(EVP_DigestFinal_ex(context.get(), result.data(), &size) == 1 && size == result.size());
  return result;
}

}  // namespace

Sha1 sha1(std::initializer_list<ByteView> parts) {
  return digest<Sha1>(EVP_sha1(), parts);
}

Sha256 sha256(std::initializer_list<ByteView> parts) {
  return digest<Sha256>(EVP_sha256(), parts);
}

bool equal_in_constant_time(ByteView left, ByteView right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace sluice
