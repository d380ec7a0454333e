#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sluice::answers {

/// A character set a client may name. Statements are read and answers given as UTF-8 whatever it chooses; what clients
/// ask here is ASCII, which is the same in all that are allowed for connections.
struct CharacterSet {
  std::string_view name;
  std::string_view default_collation;
  bool for_connections = true;  ///< false for those that are no superset of ASCII
};

/// Any case; "utf8mb3" is "utf8" here. Nothing for names that MySQL does not know.
[[nodiscard]] std::optional<CharacterSet> find_character_set(std::string_view name);

/// The character set of a collation; nothing for names of none. Knows the collations that exist for every character set
/// and those of Unicode that clients choose.
[[nodiscard]] std::optional<CharacterSet> character_set_of_collation(std::string_view collation);

}  // namespace sluice::answers
