#pragma once

#include <string>

#include "base/error.h"
#include "sql/error_code.h"

namespace sluice::manage {

/// MySQL's number for accounts that are there, or are not, where they should not, or should.
inline constexpr int operation_failed = 1396;

/// "No" to a management statement: error 1236, as the vendor's service gives it.
[[nodiscard]] inline std::unexpected<Error> refuse(std::string message) {
  return fail(ErrorKind::refused, std::move(message), sql::error_code::management);
}

}  // namespace sluice::manage
