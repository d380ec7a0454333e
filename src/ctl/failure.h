#pragma once

#include <expected>
#include <string>

#include "base/error.h"

namespace sluice::ctl {

/// What sluicectl ends with.
enum ExitCode : int {
  exit_well = 0,
  exit_refused = 1,        ///< the server said no; or the cluster is not well (status)
  exit_usage = 2,          ///< the command line, a file or a password is not as it has to be; nothing was asked
  exit_not_reachable = 3,  ///< no connection, or it was lost: what was asked may have been done or not
};

/// Why a command ends, in words for people; holds no password.
struct Failure {
  ExitCode exit_code = exit_refused;
  std::string message;
  std::string reason{};  ///< if the server refused a statement: what it said, without its name and number
};

template <typename T>
using Outcome = std::expected<T, Failure>;

[[nodiscard]] inline std::unexpected<Failure> usage_failure(std::string message) {
  return std::unexpected(Failure{exit_usage, std::move(message), {}});
}

}  // namespace sluice::ctl
