#pragma once

#include <optional>
#include <string>

#include "answers/diagnostics.h"
#include "answers/system_variable.h"
#include "base/error.h"
#include "sql/expression.h"
#include "sql/value.h"

namespace sluice::answers {

/// A value as a variable keeps it: the text SHOW prints, nothing for NULL. A number outside of the range was moved into
/// it, and `warning` says so.
struct CheckedValue {
  std::optional<std::string> text;
  std::optional<Diagnostic> warning;
};

/// Whether the client may set the variable in this scope, with MySQL's errors: 1193 unknown, 1238 read only, 1228 and
/// 1229 the other scope, 1621 global only, 1227 global and the client is no administrator. A global value that is not
/// that of a parameter is read only (1238).
[[nodiscard]] Result<const SystemVariable*> find_settable_variable(sql::Scope scope, std::string_view name,
                                                                   const SqlClient& client);

/// Whether the variable can have the value: errors 1231 (wrong value), 1232 (wrong type), 1115, 1273 and 1298 (no such
/// character set, collation, time zone). With `strict` a number outside of the range is error 1231 too.
[[nodiscard]] Result<CheckedValue> check_variable_value(const SystemVariable& variable, const sql::Value& value,
                                                        bool strict);

}  // namespace sluice::answers
