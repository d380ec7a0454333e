#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace sluice::configuration {

/// A list of texts; what else stands in one is an empty text.
using List = std::vector<std::string>;

/// What a key was given. Nothing (monostate) is a value of a kind that no key of ours has: a number with a fraction, a
/// date, a table.
using Value = std::variant<std::monostate, bool, std::int64_t, std::string, List>;

using Table = std::map<std::string, Value, std::less<>>;

}  // namespace sluice::configuration
