#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace sluice {

/// Two lower-case digits a byte.
[[nodiscard]] std::string to_hex(ByteView bytes);

/// The bytes that `text` spells in either case; nothing if it has an odd length or another character.
[[nodiscard]] std::optional<Bytes> from_hex(std::string_view text);

}  // namespace sluice
