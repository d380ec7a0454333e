#include "ctl/characters.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include <fmt/format.h>

#include "sql/utf8.h"

namespace sluice::ctl {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

/// Wide and full-width characters (Unicode's EastAsianWidth), neighbours joined across what is not assigned.
constexpr Range wide_ranges[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},   {0x23F0, 0x23F0},
    {0x23F3, 0x23F3},   {0x25FD, 0x25FE},   {0x2614, 0x2615},   {0x2648, 0x2653},   {0x267F, 0x267F},
    {0x2693, 0x2693},   {0x26A1, 0x26A1},   {0x26AA, 0x26AB},   {0x26BD, 0x26BE},   {0x26C4, 0x26C5},
    {0x26CE, 0x26CE},   {0x26D4, 0x26D4},   {0x26EA, 0x26EA},   {0x26F2, 0x26F3},   {0x26F5, 0x26F5},
    {0x26FA, 0x26FA},   {0x26FD, 0x26FD},   {0x2705, 0x2705},   {0x270A, 0x270B},   {0x2728, 0x2728},
    {0x274C, 0x274C},   {0x274E, 0x274E},   {0x2753, 0x2755},   {0x2757, 0x2757},   {0x2795, 0x2797},
    {0x27B0, 0x27B0},   {0x27BF, 0x27BF},   {0x2B1B, 0x2B1C},   {0x2B50, 0x2B50},   {0x2B55, 0x2B55},
    {0x2E80, 0x303E},   {0x3041, 0x4DBF},   {0x4E00, 0xA4CF},   {0xA960, 0xA97F},   {0xAC00, 0xD7A3},
    {0xF900, 0xFAFF},   {0xFE10, 0xFE19},   {0xFE30, 0xFE6F},   {0xFF01, 0xFF60},   {0xFFE0, 0xFFE6},
    {0x16FE0, 0x1B2FF}, {0x1F004, 0x1F004}, {0x1F0CF, 0x1F0CF}, {0x1F18E, 0x1F18E}, {0x1F191, 0x1F19A},
    {0x1F200, 0x1F265}, {0x1F300, 0x1F320}, {0x1F32D, 0x1F64F}, {0x1F680, 0x1F6FC}, {0x1F7E0, 0x1F7F0},
    {0x1F90C, 0x1F9FF}, {0x1FA70, 0x1FAFF}, {0x20000, 0x3FFFD}};

/// Marks that combine with what stands before them: those of the scripts most in use.
constexpr Range combining_ranges[] = {{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD},  {0x0610, 0x061A},
                                      {0x064B, 0x065F}, {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E},  {0x1AB0, 0x1AFF},
                                      {0x1DC0, 0x1DFF}, {0x20D0, 0x20FF}, {0x302A, 0x302D},  {0x3099, 0x309A},
                                      {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xE0100, 0xE01EF}};

/// What a terminal does not show, or does instead of showing it: controls, spaces without width, the signs that turn
/// the direction of writing, the byte order mark, tags.
constexpr Range hidden_ranges[] = {{0x0000, 0x001F}, {0x007F, 0x009F}, {0x00AD, 0x00AD},  {0x061C, 0x061C},
                                   {0x180E, 0x180E}, {0x200B, 0x200F}, {0x2028, 0x202E},  {0x2060, 0x206F},
                                   {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE007F}};

bool contains(std::span<const Range> ranges, char32_t code) {
  const auto after = std::ranges::upper_bound(ranges, code, {}, &Range::first);
  return after != ranges.begin() && code <= std::prev(after)->last;
}

std::size_t width_of(char32_t code) {
  if (contains(combining_ranges, code)) return 0;
  return contains(wide_ranges, code) ? 2 : 1;
}

/// How many bytes a character has that begins with this one; 1 for bytes that begin none.
std::size_t announced_size(std::uint8_t first) {
  if (first >= 0xF0) return 4;
  if (first >= 0xE0) return 3;
  return first >= 0xC0 ? 2 : 1;
}

char32_t decode(std::string_view bytes) {
  static constexpr std::array<std::uint8_t, 5> first_masks = {0, 0x7F, 0x1F, 0x0F, 0x07};
  char32_t code = static_cast<std::uint8_t>(bytes.front()) & first_masks.at(bytes.size());
  for (const char next : bytes.substr(1)) {
    code = (code << 6U) | (static_cast<std::uint8_t>(next) & 0x3FU);
  }
  return code;
}

std::string escaped(char32_t code) {
  switch (code) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      break;
  }
  const auto number = static_cast<std::uint32_t>(code);
  if (number < 0x100) return fmt::format("\\x{:02x}", number);
  return number < 0x10000 ? fmt::format("\\u{:04x}", number) : fmt::format("\\U{:08x}", number);
}

void append(std::string& text, const Character& character) {
  if (character.code == replacement_character) {
    text += "\uFFFD";
  } else {
    text += character.bytes;
  }
}

}  // namespace

Character take_character(std::string_view& text) {
  const std::size_t size = announced_size(static_cast<std::uint8_t>(text.front()));
  const bool whole = size <= text.size() && sql::is_utf8(text.substr(0, size));
  Character character{.code = replacement_character, .bytes = text.substr(0, whole ? size : 1)};
  if (whole) character.code = decode(character.bytes);
  text.remove_prefix(character.bytes.size());
  return character;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    width += width_of(take_character(text).code);
  }
  return width;
}

std::string well_formed(std::string_view text) {
  std::string formed;
  formed.reserve(text.size());
  while (!text.empty()) {
    append(formed, take_character(text));
  }
  return formed;
}

std::string visible(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const Character character = take_character(text);
    if (contains(hidden_ranges, character.code)) {
      shown += escaped(character.code);
    } else {
      append(shown, character);
    }
  }
  return shown;
}

std::string cut(std::string_view text, std::size_t width_max) {
  std::string_view rest = text;
  std::size_t width = 0;
  std::size_t kept = 0;  // bytes that fit with "…" behind them
  while (!rest.empty()) {
    width += width_of(take_character(rest).code);
    if (width > width_max) return std::string(text.substr(0, kept)) + "…";
    if (width + 1 <= width_max) kept = text.size() - rest.size();
  }
  return std::string(text);
}

}  // namespace sluice::ctl
