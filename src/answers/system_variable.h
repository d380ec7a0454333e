#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "answers/diagnostics.h"
#include "answers/server_state.h"
#include "answers/sql_session.h"
#include "parameters/parameter.h"

namespace sluice::answers {

/// What the values of live variables are taken from.
struct VariableSource {
  const ServerState& server;
  const SqlClient& client;
  const Diagnostics& diagnostics;
};

/// One of the server's variables: what it is called, where it lives, what it may hold. The names, scopes, types and
/// ranges are MySQL's (manual: "Server System Variables"), besides those that begin with "sluice_", and some of
/// OceanBase's that its proxy sets on every connection.
struct SystemVariable {
  enum class Scope : std::uint8_t { global, session, both };
  enum class Kind : std::uint8_t {
    boolean,  ///< ON and OFF in SHOW, 1 and 0 in SELECT
    integer,  ///< from `minimum` to `maximum`
    real,
    text,
    choice,  ///< one of `choices`, in any case
    sql_mode,
    character_set,
    collation,
    time_zone,
  };
  /// Who may change it. The global value is only changed if it is that of a parameter.
  enum class Access : std::uint8_t {
    changeable,
    read_only,
    global_only,  ///< the session's value is a copy that cannot be set
  };
  using Live = std::string (*)(const VariableSource& source);

  std::string_view name;
  Scope scope = Scope::both;
  Kind kind = Kind::text;
  Access access = Access::changeable;
  std::string_view value{};  ///< as SHOW prints it, unless it is live
  Live live = nullptr;
  std::int64_t minimum = 0;
  std::uint64_t maximum = UINT64_MAX;
  std::string_view choices{};  ///< "OFF,ON,DEMAND"
  std::string_view same_as{};  ///< an old name: the variable that holds the value
  bool nullable = false;
  std::optional<parameters::Parameter> parameter{};  ///< the global value is this parameter's
};

/// All variables, by name; every parameter is one.
[[nodiscard]] std::span<const SystemVariable> system_variables();

/// By name in any case; nullptr if there is none.
[[nodiscard]] const SystemVariable* find_system_variable(std::string_view name);

/// The values that change while the server runs, or differ between servers.
namespace live_value {
[[nodiscard]] std::string version(const VariableSource& source);
[[nodiscard]] std::string server_id(const VariableSource& source);
[[nodiscard]] std::string server_uuid(const VariableSource& source);
[[nodiscard]] std::string gtid_executed(const VariableSource& source);
[[nodiscard]] std::string gtid_purged(const VariableSource& source);
[[nodiscard]] std::string log_directory(const VariableSource& source);
[[nodiscard]] std::string log_basename(const VariableSource& source);
[[nodiscard]] std::string log_index(const VariableSource& source);
[[nodiscard]] std::string tls(const VariableSource& source);  ///< YES or DISABLED
[[nodiscard]] std::string hostname(const VariableSource& source);
[[nodiscard]] std::string system_time_zone(const VariableSource& source);
[[nodiscard]] std::string connection_id(const VariableSource& source);
[[nodiscard]] std::string warning_count(const VariableSource& source);
[[nodiscard]] std::string error_count(const VariableSource& source);
[[nodiscard]] std::string port(const VariableSource& source);
[[nodiscard]] std::string row_metadata(const VariableSource& source);
[[nodiscard]] std::string rows_query_events(const VariableSource& source);
[[nodiscard]] std::string capture_state(const VariableSource& source);
[[nodiscard]] std::string capture_source(const VariableSource& source);
[[nodiscard]] std::string capture_error(const VariableSource& source);
}  // namespace live_value

}  // namespace sluice::answers
