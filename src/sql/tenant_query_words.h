#pragma once

#include <string_view>

namespace sluice::sql {

/// Views of information_schema that describe the schema and nothing else (neither sessions nor accounts nor settings,
/// which would be the tenant's and not ours). Any case.
[[nodiscard]] bool is_schema_view(std::string_view name);

/// Functions without side effects whose result is not much larger than their arguments. Any case.
[[nodiscard]] bool is_harmless_function(std::string_view name);

/// Keywords that may stand in front of a parenthesis without calling anything. Any case.
[[nodiscard]] bool is_word_before_parenthesis(std::string_view word);

/// Unquoted words that lead out of a plain query: SELECT, INTO, UNION and so on. Any case.
[[nodiscard]] bool is_forbidden_word(std::string_view word);

}  // namespace sluice::sql
