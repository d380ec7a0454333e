#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "sql/management_statement.h"
#include "sql/token_cursor.h"

namespace sluice::sql {

/// How many options a statement may have, and how many bytes a key.
inline constexpr std::size_t option_count_max = 512;
inline constexpr std::size_t option_key_size_max = 64;

/// Keys that must not come twice.
class KeysSeen {
 public:
  /// `key` is what it is known by, `written` what an error calls it: error 1236 when it is there already, or when there
  /// are too many.
  [[nodiscard]] Result<void> add(std::string_view key, std::string_view written);

 private:
  std::set<std::string, std::less<>> keys_;
};

/// The key of an option, in lower case: a name, also a word that is reserved elsewhere (GROUP).
[[nodiscard]] Result<std::string> parse_option_key(TokenCursor& cursor);

/// A value: what a string stands for; a number, with a "-" in front if there is one; a word or a quoted name.
[[nodiscard]] Result<std::string> parse_option_value(TokenCursor& cursor);

/// key = {value | DEFAULT} [, ...]: one or more, each once. With `scope_words` each may have GLOBAL in front.
[[nodiscard]] Result<std::vector<ParameterChange>> parse_parameter_changes(TokenCursor& cursor,
                                                                           bool scope_words = false);

}  // namespace sluice::sql
