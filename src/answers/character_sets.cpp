#include "answers/character_sets.h"

#include <algorithm>
#include <array>

#include "sql/ascii.h"

namespace sluice::answers {
namespace {

constexpr std::array<CharacterSet, 42> character_sets = {{
    {"armscii8", "armscii8_general_ci"},  {"ascii", "ascii_general_ci"},
    {"big5", "big5_chinese_ci"},          {"binary", "binary"},
    {"cp1250", "cp1250_general_ci"},      {"cp1251", "cp1251_general_ci"},
    {"cp1256", "cp1256_general_ci"},      {"cp1257", "cp1257_general_ci"},
    {"cp850", "cp850_general_ci"},        {"cp852", "cp852_general_ci"},
    {"cp866", "cp866_general_ci"},        {"cp932", "cp932_japanese_ci"},
    {"dec8", "dec8_swedish_ci"},          {"eucjpms", "eucjpms_japanese_ci"},
    {"euckr", "euckr_korean_ci"},         {"gb18030", "gb18030_chinese_ci"},
    {"gb2312", "gb2312_chinese_ci"},      {"gbk", "gbk_chinese_ci"},
    {"geostd8", "geostd8_general_ci"},    {"greek", "greek_general_ci"},
    {"hebrew", "hebrew_general_ci"},      {"hp8", "hp8_english_ci"},
    {"keybcs2", "keybcs2_general_ci"},    {"koi8r", "koi8r_general_ci"},
    {"koi8u", "koi8u_general_ci"},        {"latin1", "latin1_swedish_ci"},
    {"latin2", "latin2_general_ci"},      {"latin5", "latin5_turkish_ci"},
    {"latin7", "latin7_general_ci"},      {"macce", "macce_general_ci"},
    {"macroman", "macroman_general_ci"},  {"sjis", "sjis_japanese_ci"},
    {"swe7", "swe7_swedish_ci"},          {"tis620", "tis620_thai_ci"},
    {"ucs2", "ucs2_general_ci", false},   {"ujis", "ujis_japanese_ci"},
    {"utf16", "utf16_general_ci", false}, {"utf16le", "utf16le_general_ci", false},
    {"utf32", "utf32_general_ci", false}, {"utf8", "utf8_general_ci"},
    {"utf8mb3", "utf8_general_ci"},       {"utf8mb4", "utf8mb4_general_ci"},
}};

/// Collations of the Unicode character sets besides the default and the binary one.
constexpr std::array<std::string_view, 2> unicode_collations = {"unicode_ci", "unicode_520_ci"};
/// And those of utf8mb4 only, of MySQL 8.0.
constexpr std::array<std::string_view, 4> utf8mb4_collations = {"0900_ai_ci", "0900_as_ci", "0900_as_cs", "0900_bin"};

template <std::size_t size>
bool is_in(const std::array<std::string_view, size>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

std::optional<CharacterSet> find_character_set(std::string_view name) {
  for (CharacterSet candidate : character_sets) {
    if (sql::equals_ignoring_case(candidate.name, name)) {
      if (candidate.name == "utf8mb3") candidate.name = "utf8";
      return candidate;
    }
  }
  return std::nullopt;
}

std::optional<CharacterSet> character_set_of_collation(std::string_view collation) {
  const std::string name = sql::to_lower(collation);
  if (name == "binary") return find_character_set(name);
  const std::size_t underscore = name.find('_');
  const auto character_set = find_character_set(name.substr(0, underscore));
  if (!character_set || underscore == std::string::npos) return std::nullopt;
  const std::string_view kind = std::string_view(name).substr(underscore + 1);
  const bool unicode = character_set->name.starts_with("utf") || character_set->name == "ucs2";
  const bool known = kind == "bin" || kind == "general_ci" || name == character_set->default_collation ||
                     (unicode && is_in(unicode_collations, kind)) ||
                     (character_set->name == "utf8mb4" && is_in(utf8mb4_collations, kind));
  return known ? character_set : std::nullopt;
}

}  // namespace sluice::answers
