#pragma once

#include <optional>

#include "base/error.h"
#include "sql/management_statement.h"
#include "sql/token_cursor.h"

namespace sluice::sql {

inline constexpr std::size_t account_name_size_max = 128;
inline constexpr std::size_t account_password_size_max = 256;

/// {CREATE | ALTER | DROP} USER, SET PASSWORD, GRANT, REVOKE, SHOW {USERS | ACCOUNTS}: the accounts of a Binlog
/// cluster. They hold for every host, so that 'name'@'%' is the same as 'name', and no other host is taken. Nothing,
/// and the cursor where it was, if the statement is another.
[[nodiscard]] Result<std::optional<ManagementStatement>> parse_account_statement(TokenCursor& cursor);

}  // namespace sluice::sql
