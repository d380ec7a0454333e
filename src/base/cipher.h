#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/error.h"

namespace sluice {

/// A key of AES-256.
using CipherKey = std::array<std::uint8_t, 32>;

/// Encrypts with AES-256-GCM under a fresh random nonce. The result is text: "v1$" and, in hexadecimal, nonce (12
/// bytes), tag (16 bytes) and cipher text. Pure but for the nonce. Any thread.
///
/// `purpose` is bound to the text: it only opens for the same purpose ("tenant c.t password"), so that a sealed text
/// that was copied to another row does not open there.
[[nodiscard]] std::string seal(const CipherKey& key, std::string_view purpose, std::string_view secret);

/// What seal() hid. Text of another version is unsupported, what is no sealed text invalid, one of another key or
/// purpose or a changed one corrupt; no error holds any of it.
[[nodiscard]] Result<std::string> unseal(const CipherKey& key, std::string_view purpose, std::string_view sealed);

}  // namespace sluice
