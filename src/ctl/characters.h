#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice::ctl {

/// Text as a terminal shows it: foreign text cannot move the cursor, change colours or break the columns of a table.

/// What stands for a byte that is no part of UTF-8.
inline constexpr char32_t replacement_character = 0xFFFD;

/// One character of a text in UTF-8.
struct Character {
  char32_t code = replacement_character;
  std::string_view bytes;  ///< as it was written; one byte where that is no UTF-8
};

/// Takes the first character off `text`, which is not empty.
[[nodiscard]] Character take_character(std::string_view& text);

/// The columns of a terminal that `text`, in UTF-8, takes: two for the wide characters of Chinese, Japanese and Korean
/// and for emoji, none for marks that combine with what stands before them.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// `text` in well-formed UTF-8: each byte that was none is U+FFFD.
[[nodiscard]] std::string well_formed(std::string_view text);

/// The same, with control characters and those that are invisible or turn the direction of writing as "\n", "\x1b",
/// "\u202e".
[[nodiscard]] std::string visible(std::string_view text);

/// `text`, or its start and "…" where it is wider than `width_max` columns (at least 1).
[[nodiscard]] std::string cut(std::string_view text, std::size_t width_max);

}  // namespace sluice::ctl
