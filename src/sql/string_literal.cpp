#include "sql/string_literal.h"

#include <algorithm>

#include "base/hex.h"

namespace sluice::sql {
namespace {

/// What a backslash and `character` stand for.
void append_escaped(std::string& text, char character) {
  switch (character) {
    case '0':
      text.push_back('\0');
      break;
    case 'b':
      text.push_back('\b');
      break;
    case 'n':
      text.push_back('\n');
      break;
    case 'r':
      text.push_back('\r');
      break;
    case 't':
      text.push_back('\t');
      break;
    case 'Z':
      text.push_back('\x1A');
      break;
    case '%':
    case '_':
      text.push_back('\\');
      text.push_back(character);
      break;
    default:
      text.push_back(character);
  }
}

std::string quote(std::string_view text, char quote_character, bool double_backslashes) {
  std::string result;
  result.reserve(text.size() + 2);
  result.push_back(quote_character);
  for (const char character : text) {
    if (character == quote_character || (double_backslashes && character == '\\')) result.push_back(character);
    result.push_back(character);
  }
  result.push_back(quote_character);
  return result;
}

}  // namespace

std::optional<QuotedText> read_quoted(std::string_view text, char quote_character, bool escapes) {
  QuotedText result;
  std::size_t at = 1;
  while (at < text.size()) {
    const char character = text[at];
    if (character == quote_character) {
      if (at + 1 >= text.size() || text[at + 1] != quote_character) {
        result.size = at + 1;
        return result;
      }
      result.text.push_back(character);
      at += 2;
    } else if (character == '\\' && escapes) {
      if (at + 1 >= text.size()) return std::nullopt;
      append_escaped(result.text, text[at + 1]);
      at += 2;
    } else {
      result.text.push_back(character);
      ++at;
    }
  }
  return std::nullopt;
}

std::optional<std::string> bytes_of_hexadecimal(std::string_view digits) {
  std::string even(digits.size() % 2 == 0 ? "" : "0");
  even += digits;
  const auto bytes = from_hex(even);
  if (!bytes) return std::nullopt;
  return std::string(as_text(*bytes));
}

std::optional<std::string> bytes_of_bits(std::string_view digits) {
  std::string bytes((digits.size() + 7) / 8, '\0');
  std::size_t bit = bytes.size() * 8 - digits.size();
  for (const char digit : digits) {
    if (digit != '0' && digit != '1') return std::nullopt;
    if (digit == '1') {
      const unsigned mask = 0x80U >> (bit % 8);
      bytes[bit / 8] = static_cast<char>(static_cast<unsigned char>(bytes[bit / 8]) | mask);
    }
    ++bit;
  }
  return bytes;
}

std::string quote_string(std::string_view text, bool no_backslash_escapes) {
  return quote(text, '\'', !no_backslash_escapes);
}

std::string quote_name(std::string_view name) {
  return quote(name, '`', false);
}

}  // namespace sluice::sql
