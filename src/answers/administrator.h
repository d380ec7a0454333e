#pragma once

#include <string_view>

#include "answers/sql_session.h"
#include "base/error.h"

namespace sluice::answers {

/// Whether the client may do what only administrators may: change parameters, end other people's connections, purge the
/// log. Error 1227 names the privileges that MySQL would ask for.
[[nodiscard]] Result<void> require_administrator(const SqlClient& client, std::string_view privileges = "SUPER");

}  // namespace sluice::answers
