#include "sql/tenant_query_words.h"

#include <algorithm>
#include <array>
#include <string>

#include "sql/ascii.h"

namespace sluice::sql {
namespace {

constexpr std::array<std::string_view, 20> schema_views = {
    "CHARACTER_SETS",
    "CHECK_CONSTRAINTS",
    "COLLATIONS",
    "COLLATION_CHARACTER_SET_APPLICABILITY",
    "COLUMNS",
    "COLUMN_STATISTICS",
    "ENGINES",
    "EVENTS",
    "KEYWORDS",
    "KEY_COLUMN_USAGE",
    "PARAMETERS",
    "PARTITIONS",
    "REFERENTIAL_CONSTRAINTS",
    "ROUTINES",
    "SCHEMATA",
    "STATISTICS",
    "TABLES",
    "TABLE_CONSTRAINTS",
    "TRIGGERS",
    "VIEWS",
};

constexpr std::array<std::string_view, 36> harmless_functions = {
    "ABS",   "CAST",   "CHAR_LENGTH", "COALESCE",        "CONCAT",   "CONCAT_WS",
    "COUNT", "FIELD",  "FIND_IN_SET", "FLOOR",           "GREATEST", "GROUP_CONCAT",
    "HEX",   "IF",     "IFNULL",      "INSTR",           "ISNULL",   "LCASE",
    "LEAST", "LEFT",   "LENGTH",      "LOCATE",          "LOWER",    "LTRIM",
    "MAX",   "MIN",    "MOD",         "NULLIF",          "REPLACE",  "RIGHT",
    "RTRIM", "SUBSTR", "SUBSTRING",   "SUBSTRING_INDEX", "SUM",      "TRIM",
};

constexpr std::array<std::string_view, 3> more_harmless_functions = {"UCASE", "UPPER", "YEAR"};

constexpr std::array<std::string_view, 21> words_before_parenthesis = {
    "AND", "BETWEEN", "BINARY", "BY", "CASE",   "DISTINCT", "DIV",  "ELSE", "HAVING", "IN",  "LIKE",
    "MOD", "NOT",     "ON",     "OR", "REGEXP", "RLIKE",    "THEN", "WHEN", "WHERE",  "XOR",
};

constexpr std::array<std::string_view, 18> forbidden_words = {
    "EXCEPT", "EXISTS",    "FOR",    "HANDLER", "INTERSECT", "INTO",  "LATERAL", "LOCK",   "OUTFILE",
    "OVER",   "PROCEDURE", "ROLLUP", "SELECT",  "TABLE",     "UNION", "VALUES",  "WINDOW", "WITH",
};

static_assert(std::ranges::is_sorted(schema_views));
static_assert(std::ranges::is_sorted(harmless_functions));
static_assert(std::ranges::is_sorted(words_before_parenthesis));
static_assert(std::ranges::is_sorted(forbidden_words));

template <std::size_t size>
bool is_in(const std::array<std::string_view, size>& words, std::string_view word) {
  return std::ranges::binary_search(words, std::string_view(to_upper(word)));
}

}  // namespace

bool is_schema_view(std::string_view name) {
  return is_in(schema_views, name);
}

bool is_harmless_function(std::string_view name) {
  return is_in(harmless_functions, name) || is_in(more_harmless_functions, name);
}

bool is_word_before_parenthesis(std::string_view word) {
  return is_in(words_before_parenthesis, word);
}

bool is_forbidden_word(std::string_view word) {
  return is_in(forbidden_words, word);
}

}  // namespace sluice::sql
