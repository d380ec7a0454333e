#pragma once

#include <string_view>

#include "base/bytes.h"
#include "base/digest.h"
#include "mysql/challenge.h"

namespace sluice::mysql {

/// The names of authentication plugins, as they stand in packets.
namespace plugin {
inline constexpr std::string_view mysql_native_password = "mysql_native_password";
inline constexpr std::string_view caching_sha2_password = "caching_sha2_password";
inline constexpr std::string_view mysql_clear_password = "mysql_clear_password";
}  // namespace plugin

/// mysql_native_password: the server keeps SHA1(SHA1(password)); the client proves the password with
/// SHA1(password) XOR SHA1(challenge + SHA1(SHA1(password))).
[[nodiscard]] Sha1 native_stored_hash(std::string_view password);
/// The client's proof: 20 bytes, none for an empty password.
[[nodiscard]] Bytes native_proof(std::string_view password, const Challenge& challenge);
/// Whether `proof` was made with the password of `stored`. An empty proof never matches: whether an account may log in
/// without password is the caller's to know.
[[nodiscard]] bool native_matches(ByteView proof, const Challenge& challenge, const Sha1& stored);

/// caching_sha2_password: the server keeps SHA256(SHA256(password)) (mysqld only in its cache); the client proves the
/// password with SHA256(password) XOR SHA256(SHA256(SHA256(password)) + challenge).
[[nodiscard]] Sha256 sha2_stored_hash(std::string_view password);
/// The client's proof: 32 bytes, none for an empty password.
[[nodiscard]] Bytes sha2_proof(std::string_view password, const Challenge& challenge);
/// Whether `proof` was made with the password of `stored`. An empty proof never matches.
[[nodiscard]] bool sha2_matches(ByteView proof, const Challenge& challenge, const Sha256& stored);

}  // namespace sluice::mysql
