#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::database {

enum class Dialect : std::uint8_t { mysql, sqlite };

/// A statement of ours in the words of a dialect. Replaces
///   {now}        the database's own time: microseconds since 1970, UTC, as an integer. SQLite's steps are milliseconds
///   {number}     column type: 64 bits with sign
///   {identifier} column type: a number the database counts up, primary key
///   {name}       column type: text of up to 128 characters that may be a key; compared byte by byte
///   {scope}      the same with up to 260: a cluster's and a tenant's name with a dot between them
///   {text}       column type: text of any length, no key
///   {table}      what follows a table's columns
///   {for_update} at the end of a select in a transaction: others wait with changing the rows
/// Pure. Other braces are an error of ours and stay as they are.
[[nodiscard]] std::string in_dialect(std::string_view statement, Dialect dialect);

}  // namespace sluice::database
