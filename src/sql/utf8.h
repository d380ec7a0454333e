#pragma once

#include <string_view>

namespace sluice::sql {

/// Whether `text` is well-formed UTF-8 (no overlong forms, no surrogates, nothing above U+10FFFF).
[[nodiscard]] bool is_utf8(std::string_view text);

/// The start of `text`, at most `size_max` bytes, that does not end inside a character.
[[nodiscard]] std::string_view utf8_start(std::string_view text, std::size_t size_max);

}  // namespace sluice::sql
