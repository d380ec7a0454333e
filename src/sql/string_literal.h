#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sluice::sql {

/// A quoted string or name at the start of a text.
struct QuotedText {
  std::string text;      ///< what it stands for
  std::size_t size = 0;  ///< bytes with both quotes
};

/// Reads what `text` begins with, its first byte being `quote`: a doubled quote stands for one, and with `escapes` so
/// do the backslash sequences (manual: "String Literals"; \% and \_ keep their backslash). Nothing without a closing
/// quote.
[[nodiscard]] std::optional<QuotedText> read_quoted(std::string_view text, char quote, bool escapes);

/// The bytes that hexadecimal digits spell, a missing first digit being 0; nothing for other characters.
[[nodiscard]] std::optional<std::string> bytes_of_hexadecimal(std::string_view digits);
/// The same of binary digits, in as few bytes as hold them.
[[nodiscard]] std::optional<std::string> bytes_of_bits(std::string_view digits);

/// 'text' for a session whose sql_mode has NO_BACKSLASH_ESCAPES or not. Quotes are doubled and backslashes kept whole,
/// so that reading it again gives `text`, whatever its bytes.
[[nodiscard]] std::string quote_string(std::string_view text, bool no_backslash_escapes = false);

/// `name`
[[nodiscard]] std::string quote_name(std::string_view name);

}  // namespace sluice::sql
