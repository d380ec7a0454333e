#pragma once

#include <array>

#include "base/bytes.h"

namespace sluice {

using Sha1 = std::array<std::uint8_t, 20>;
using Sha256 = std::array<std::uint8_t, 32>;

/// The digest of the parts, one after the other.
[[nodiscard]] Sha1 sha1(std::initializer_list<ByteView> parts);
[[nodiscard]] Sha256 sha256(std::initializer_list<ByteView> parts);

/// Whether two byte strings are equal, in a time that does not tell where they differ.
[[nodiscard]] bool equal_in_constant_time(ByteView left, ByteView right);

}  // namespace sluice
