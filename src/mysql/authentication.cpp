#include "mysql/authentication.h"

namespace sluice::mysql {
namespace {

template <typename Digest>
Digest exclusive_or(const Digest& left, ByteView right) {
  Digest result = left;
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] ^= right[i];
  }
  return result;
}

}  // namespace

Sha1 native_stored_hash(std::string_view password) {
  return sha1({sha1({as_bytes(password)})});
}

Bytes native_proof(std::string_view password, const Challenge& challenge) {
  if (password.empty()) {
    return {};
  }
  const Sha1 once = sha1({as_bytes(password)});
  const Sha1 proof = exclusive_or(once, sha1({challenge, sha1({once})}));
  return {proof.begin(), proof.end()};
}

bool native_matches(ByteView proof, const Challenge& challenge, const Sha1& stored) {
  if (proof.size() != stored.size()) {
    return false;
  }
  const Sha1 once = exclusive_or(sha1({challenge, stored}), proof);
  return equal_in_constant_time(sha1({once}), stored);
}

Sha256 sha2_stored_hash(std::string_view password) {
  return sha256({sha256({as_bytes(password)})});
}

Bytes sha2_proof(std::string_view password, const Challenge& challenge) {
  if (password.empty()) {
    return {};
  }
  const Sha256 once = sha256({as_bytes(password)});
  const Sha256 proof = exclusive_or(once, sha256({sha256({once}), challenge}));
  return {proof.begin(), proof.end()};
}

bool sha2_matches(ByteView proof, const Challenge& challenge, const Sha256& stored) {
  if (proof.size() != stored.size()) {
    return false;
  }
  const Sha256 once = exclusive_or(sha256({stored, challenge}), proof);
  return equal_in_constant_time(sha256({once}), stored);
}

}  // namespace sluice::mysql
