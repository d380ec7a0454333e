#pragma once

#include <cstdint>

namespace sluice::sql {

/// What a session's sql_mode and the server's version change about reading statements.
struct Dialect {
  bool ansi_quotes = false;
  bool no_backslash_escapes = false;
  bool pipes_as_concat = false;
  /// 50735 for 5.7.35: the content of a comment /*!50700 ... */ counts up to this version.
  std::uint32_t version = 50700;
};

}  // namespace sluice::sql
