#include "answers/administrator.h"

#include <fmt/format.h>

#include "sql/error_code.h"

namespace sluice::answers {

Result<void> require_administrator(const SqlClient& client, std::string_view privileges) {
  if (client.admin) return {};
  return fail(
      ErrorKind::refused,
      fmt::format("Access denied; you need (at least one of) the {} privilege(s) for this operation", privileges),
      sql::error_code::access_denied);
}

}  // namespace sluice::answers
