#pragma once

#include <openssl/bio.h>

namespace sluice::mysql {

/// What OpenSSL reads from and writes to, made of our own functions (BIO_meth_new(3)).
struct BioFunctions {
  int (*write)(BIO* bio, const char* bytes, int size) = nullptr;
  int (*read)(BIO* bio, char* bytes, int size) = nullptr;
  long (*control)(BIO* bio, int command, long number, void* pointer) = nullptr;
};

/// To be made once for a kind of BIO and kept for good. `name` must live as long.
[[nodiscard]] BIO_METHOD* make_bio_method(const char* name, const BioFunctions& functions);

/// The caller, usually an SSL object, owns the BIO; `data` is what BIO_get_data gives the functions.
[[nodiscard]] BIO* make_bio(BIO_METHOD* method, void* data);

}  // namespace sluice::mysql
