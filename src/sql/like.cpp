#include "sql/like.h"

#include <cstdint>

#include "sql/ascii.h"

namespace sluice::sql {
namespace {

/// Bytes of the character at `at`, as its first byte says.
std::size_t character_size(std::string_view text, std::size_t at) {
  std::size_t size = 1;
  if ((static_cast<std::uint8_t>(text[at]) & 0xC0U) == 0xC0U) {
    while (at + size < text.size() && (static_cast<std::uint8_t>(text[at + size]) & 0xC0U) == 0x80U) {
      ++size;
    }
  }
  return size;
}

}  // namespace

bool matches_like(std::string_view text, std::string_view pattern, char escape) {
  constexpr std::size_t none = std::string_view::npos;
  std::size_t in_text = 0;
  std::size_t in_pattern = 0;
  // Where to go on when what follows the last % did not match: the % takes one character more.
  std::size_t retry_pattern = none;
  std::size_t retry_text = 0;
  while (in_text < text.size()) {
    if (in_pattern < pattern.size()) {
      const char expected = pattern[in_pattern];
      if (expected == escape && in_pattern + 1 < pattern.size()) {
        if (to_lower(pattern[in_pattern + 1]) == to_lower(text[in_text])) {
          in_pattern += 2;
          ++in_text;
          continue;
        }
      } else if (expected == '%') {
        retry_pattern = ++in_pattern;
        retry_text = in_text;
        continue;
      } else if (expected == '_') {
        ++in_pattern;
        in_text += character_size(text, in_text);
        continue;
      } else if (to_lower(expected) == to_lower(text[in_text])) {
        ++in_pattern;
        ++in_text;
        continue;
      }
    }
    if (retry_pattern == none) return false;
    in_pattern = retry_pattern;
    retry_text += character_size(text, retry_text);
    in_text = retry_text;
  }
  while (in_pattern < pattern.size() && pattern[in_pattern] == '%') {
    ++in_pattern;
  }
  return in_pattern == pattern.size();
}

}  // namespace sluice::sql
