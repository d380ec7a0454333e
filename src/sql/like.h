#pragma once

#include <string_view>

namespace sluice::sql {

/// Whether `text` as a whole matches a LIKE pattern: % for any characters, _ for one character (a whole UTF-8 one), and
/// `escape` takes the meaning from the character behind it. Letters A to Z match in either case. Takes no longer than
/// the product of both lengths.
[[nodiscard]] bool matches_like(std::string_view text, std::string_view pattern, char escape = '\\');

}  // namespace sluice::sql
