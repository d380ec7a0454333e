#pragma once

#include <string>
#include <vector>

namespace sluice::answers {

/// What SHOW WARNINGS tells of the statement before: at most diagnostics_max entries.
struct Diagnostic {
  bool error = false;  ///< else a warning
  int code = 0;
  std::string message;
};

inline constexpr std::size_t diagnostics_max = 64;

using Diagnostics = std::vector<Diagnostic>;

}  // namespace sluice::answers
