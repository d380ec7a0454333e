#pragma once

#include <optional>
#include <string_view>

namespace sluice::sql {

/// What keeps a text from being a name in a cluster (a tenant's, an account's, a label), to be said behind "The name";
/// nothing: it can be one. Names are UTF-8, as the MetaDB and the instances' configuration are, and without control
/// characters. No space stands at either end: MySQL compares "a" and "a " as one, SQLite does not.
[[nodiscard]] std::optional<std::string_view> name_fault(std::string_view name);

}  // namespace sluice::sql
