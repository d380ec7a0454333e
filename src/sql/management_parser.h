#pragma once

#include <string_view>

#include "base/error.h"
#include "sql/management_statement.h"
#include "sql/parser.h"

namespace sluice::sql {

/// Reads one statement on a Binlog server's own port, with or without ";" behind it: the management statements, and
/// as Statement all that parse_statement() reads. Never crashes and never recurses without bound, whatever the bytes.
///
/// Errors carry a number in Error::code: those of parse_statement() for what is no SQL or not for us, and 1236 where a
/// management statement lacks something, says it twice or gives a value out of its range. Their messages hold no
/// password.
[[nodiscard]] Result<ManagementStatement> parse_management_statement(std::string_view text, const ParseRules& rules);

}  // namespace sluice::sql
