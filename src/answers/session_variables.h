#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "answers/diagnostics.h"
#include "answers/session_time_zone.h"
#include "answers/system_variable.h"
#include "base/error.h"
#include "sql/dialect.h"
#include "sql/expression.h"
#include "sql/value.h"

namespace sluice::answers {

/// The server's variables as one session sees them: those it has set itself, and the server's for all others. Not for
/// several threads at once. What it is made from must outlive it.
class SessionVariables {
 public:
  SessionVariables(const ServerState& server, const SqlClient& client, const Diagnostics& diagnostics)
      : source_{.server = server, .client = client, .diagnostics = diagnostics} {
    begin();
  }

  /// @@name, @@global.name, @@session.name. Errors 1193 (unknown) and 1238 (the other scope).
  [[nodiscard]] Result<sql::Value> read(sql::Scope scope, std::string_view name) const;

  /// As SHOW prints it, NULL as an empty text; the server's value in the global scope.
  [[nodiscard]] std::string shown(const SystemVariable& variable, sql::Scope scope) const;

  /// Sets the session's value to one that check_variable_value let through; nothing is NULL. A character set changes
  /// its collation, and a collation its character set.
  void set(const SystemVariable& variable, std::optional<std::string> value);
  /// Back to the server's value.
  void set_default(const SystemVariable& variable);
  /// A new session of the client: forgets all that was set and takes its copies of the server's parameters, as they are
  /// now.
  void begin();

  // What else of the session these variables decide.
  [[nodiscard]] sql::Dialect dialect() const;
  [[nodiscard]] bool strict() const;
  [[nodiscard]] SessionTimeZone time_zone() const;
  [[nodiscard]] std::chrono::seconds wait_timeout() const;

 private:
  [[nodiscard]] std::optional<std::string> text(const SystemVariable& variable, sql::Scope scope) const;
  [[nodiscard]] std::uint64_t sql_mode() const;

  VariableSource source_;
  std::map<std::string_view, std::optional<std::string>> values_;
};

}  // namespace sluice::answers
