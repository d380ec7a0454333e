#pragma once

#include "base/error.h"

namespace sluice::database {

/// What an Error's `code` is for both kinds of database: MySQL's number, and SQLite's failures in MySQL's numbers.
inline constexpr int code_duplicate = 1062;  ///< a row with this key is there already
inline constexpr int code_deadlock = 1213;   ///< rolled back in favour of another; do it again
inline constexpr int code_lock_wait = 1205;  ///< waited too long for another's lock

[[nodiscard]] inline bool is_duplicate(const Error& error) {
  return error.code == code_duplicate;
}
/// The database could not be asked, whatever was asked of it: it is away, or too busy.
[[nodiscard]] inline bool is_away(const Error& error) {
  return error.kind == ErrorKind::io || error.kind == ErrorKind::closed || error.kind == ErrorKind::timeout ||
         error.kind == ErrorKind::limit;
}
[[nodiscard]] inline bool is_deadlock(const Error& error) {
  return error.code == code_deadlock;
}

}  // namespace sluice::database
