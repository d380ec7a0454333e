#include "answers/sql_mode.h"

#include <array>

#include "sql/ascii.h"

namespace sluice::answers {
namespace {

constexpr std::array<std::string_view, 33> names = {
    "REAL_AS_FLOAT",
    "PIPES_AS_CONCAT",
    "ANSI_QUOTES",
    "IGNORE_SPACE",
    "NOT_USED",
    "ONLY_FULL_GROUP_BY",
    "NO_UNSIGNED_SUBTRACTION",
    "NO_DIR_IN_CREATE",
    "POSTGRESQL",
    "ORACLE",
    "MSSQL",
    "DB2",
    "MAXDB",
    "NO_KEY_OPTIONS",
    "NO_TABLE_OPTIONS",
    "NO_FIELD_OPTIONS",
    "MYSQL323",
    "MYSQL40",
    "ANSI",
    "NO_AUTO_VALUE_ON_ZERO",
    "NO_BACKSLASH_ESCAPES",
    "STRICT_TRANS_TABLES",
    "STRICT_ALL_TABLES",
    "NO_ZERO_IN_DATE",
    "NO_ZERO_DATE",
    "ALLOW_INVALID_DATES",
    "ERROR_FOR_DIVISION_BY_ZERO",
    "TRADITIONAL",
    "NO_AUTO_CREATE_USER",
    "HIGH_NOT_PRECEDENCE",
    "NO_ENGINE_SUBSTITUTION",
    "PAD_CHAR_TO_FULL_LENGTH",
    "TIME_TRUNCATE_FRACTIONAL",
};

constexpr std::uint64_t bit(unsigned number) {
  return 1ULL << number;
}

constexpr std::uint64_t ansi = bit(18);
constexpr std::uint64_t ansi_stands_for = bit(0) | bit(1) | bit(2) | bit(3) | bit(5);
constexpr std::uint64_t traditional = bit(27);
constexpr std::uint64_t traditional_stands_for = bit(21) | bit(22) | bit(23) | bit(24) | bit(26) | bit(30);

std::uint64_t bit_of(std::string_view name) {
  for (unsigned i = 0; i < names.size(); ++i) {
    if (sql::equals_ignoring_case(names[i], name)) return bit(i);
  }
  return 0;
}

}  // namespace

std::expected<std::uint64_t, std::string> parse_sql_mode(std::string_view text) {
  std::uint64_t mode = 0;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view name = text.substr(0, comma);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    if (name.empty()) continue;
    const std::uint64_t found = bit_of(name);
    if (found == 0) return std::unexpected(std::string(name));
    mode |= found;
  }
  if ((mode & ansi) != 0) mode |= ansi_stands_for;
  if ((mode & traditional) != 0) mode |= traditional_stands_for;
  return mode;
}

std::string sql_mode_text(std::uint64_t mode) {
  std::string text;
  for (unsigned i = 0; i < names.size(); ++i) {
    if ((mode & bit(i)) == 0) continue;
    if (!text.empty()) text += ',';
    text += names[i];
  }
  return text;
}

bool is_sql_mode(std::uint64_t mode) {
  return mode < bit(static_cast<unsigned>(names.size()));
}

}  // namespace sluice::answers
