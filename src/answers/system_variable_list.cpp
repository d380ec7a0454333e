#include <algorithm>
#include <array>
#include <vector>

#include "answers/system_variable.h"
#include "sql/ascii.h"

namespace sluice::answers {
namespace {

using Scope = SystemVariable::Scope;
using Kind = SystemVariable::Kind;
using Access = SystemVariable::Access;

constexpr std::uint32_t year = 365U * 24 * 60 * 60;  // seconds: the most MySQL takes for a time limit

constexpr SystemVariable fixed(std::string_view name, std::string_view value, Kind kind = Kind::text) {
  return {.name = name, .scope = Scope::global, .kind = kind, .access = Access::read_only, .value = value};
}

constexpr SystemVariable live(std::string_view name, SystemVariable::Live value, Kind kind = Kind::text) {
  return {.name = name, .scope = Scope::global, .kind = kind, .access = Access::read_only, .live = value};
}

constexpr SystemVariable text(std::string_view name, std::string_view value) {
  return {.name = name, .value = value};
}

constexpr SystemVariable on_off(std::string_view name, std::string_view value) {
  return {.name = name, .kind = Kind::boolean, .value = value};
}

constexpr SystemVariable choice(std::string_view name, std::string_view value, std::string_view choices) {
  return {.name = name, .kind = Kind::choice, .value = value, .choices = choices};
}

constexpr SystemVariable number(std::string_view name, std::string_view value, std::int64_t minimum = 0,
                                std::uint64_t maximum = UINT64_MAX) {
  return {.name = name, .kind = Kind::integer, .value = value, .minimum = minimum, .maximum = maximum};
}

/// A number that every session has a copy of, beside the server's parameter of the same name.
constexpr SystemVariable session_number(std::string_view name, parameters::Parameter parameter) {
  return {.name = name, .kind = Kind::integer, .minimum = 1, .maximum = year, .parameter = parameter};
}

constexpr SystemVariable of_server(SystemVariable variable) {
  variable.scope = Scope::global;
  return variable;
}

constexpr SystemVariable global_text(std::string_view name, std::string_view value) {
  return of_server(text(name, value));
}

constexpr SystemVariable global_on_off(std::string_view name, std::string_view value) {
  return of_server(on_off(name, value));
}

constexpr SystemVariable global_choice(std::string_view name, std::string_view value, std::string_view choices) {
  return of_server(choice(name, value, choices));
}

constexpr SystemVariable global_number(std::string_view name, std::string_view value, std::int64_t minimum = 0,
                                       std::uint64_t maximum = UINT64_MAX) {
  return of_server(number(name, value, minimum, maximum));
}

// Ordered by name. What only says how a MySQL server does its own work is there because clients ask for it.
constexpr SystemVariable variables[] = {
    on_off("_show_ddl_in_compat_mode", "ON"),
    number("auto_increment_increment", "1", 1, 65535),
    number("auto_increment_offset", "1", 1, 65535),
    on_off("autocommit", "ON"),
    fixed("basedir", ""),
    fixed("bind_address", "*"),
    global_number("binlog_cache_size", "32768"),
    global_choice("binlog_checksum", "CRC32", "NONE,CRC32"),
    global_choice("binlog_error_action", "ABORT_SERVER", "IGNORE_ERROR,ABORT_SERVER"),
    choice("binlog_format", "ROW", "ROW"),
    global_number("binlog_group_commit_sync_delay", "0", 0, 1000000),
    fixed("binlog_gtid_simple_recovery", "ON", Kind::boolean),
    global_on_off("binlog_order_commits", "ON"),
    fixed("binlog_row_event_max_size", "8192", Kind::integer),
    choice("binlog_row_image", "FULL", "FULL"),
    live("binlog_row_metadata", live_value::row_metadata),
    fixed("binlog_row_value_options", ""),
    live("binlog_rows_query_log_events", live_value::rows_query_events, Kind::boolean),
    global_number("binlog_stmt_cache_size", "32768"),
    fixed("binlog_transaction_compression", "OFF", Kind::boolean),
    number("binlog_transaction_compression_level_zstd", "3", 1, 22),
    number("bulk_insert_buffer_size", "8388608"),
    {.name = "character_set_client", .kind = Kind::character_set, .value = "utf8mb4"},
    {.name = "character_set_connection", .kind = Kind::character_set, .value = "utf8mb4"},
    {.name = "character_set_database", .kind = Kind::character_set, .value = "utf8mb4"},
    {.name = "character_set_filesystem", .kind = Kind::character_set, .value = "binary"},
    {.name = "character_set_results", .kind = Kind::character_set, .value = "utf8mb4", .nullable = true},
    {.name = "character_set_server", .kind = Kind::character_set, .value = "utf8mb4"},
    fixed("character_set_system", "utf8"),
    fixed("character_sets_dir", ""),
    {.name = "collation_connection", .kind = Kind::collation, .value = "utf8mb4_general_ci"},
    {.name = "collation_database", .kind = Kind::collation, .value = "utf8mb4_general_ci"},
    {.name = "collation_server", .kind = Kind::collation, .value = "utf8mb4_general_ci"},
    choice("completion_type", "NO_CHAIN", "NO_CHAIN"),
    live("datadir", live_value::log_directory),
    fixed("default_authentication_plugin", "mysql_native_password"),
    text("default_storage_engine", "InnoDB"),
    text("default_tmp_storage_engine", "InnoDB"),
    number("default_week_format", "0", 0, 7),
    fixed("disabled_storage_engines", ""),
    number("div_precision_increment", "4", 0, 30),
    global_choice("enforce_gtid_consistency", "ON", "OFF,ON,WARN"),
    {.name = "error_count",
     .scope = Scope::session,
     .kind = Kind::integer,
     .access = Access::read_only,
     .live = live_value::error_count},
    global_choice("event_scheduler", "OFF", "OFF,ON,DISABLED"),
    global_number("expire_logs_days", "0", 0, 99),
    on_off("explicit_defaults_for_timestamp", "ON"),
    {.name = "external_user", .scope = Scope::session, .access = Access::read_only, .nullable = true},
    on_off("foreign_key_checks", "ON"),
    global_on_off("general_log", "OFF"),
    number("group_concat_max_len", "1024", 4),
    live("gtid_executed", live_value::gtid_executed),
    global_number("gtid_executed_compression_period", "0", 0, 4294967295),
    global_choice("gtid_mode", "ON", "OFF,OFF_PERMISSIVE,ON_PERMISSIVE,ON"),
    {.name = "gtid_next", .scope = Scope::session, .kind = Kind::choice, .value = "AUTOMATIC", .choices = "AUTOMATIC"},
    {.name = "gtid_owned", .access = Access::read_only},
    {.name = "gtid_purged", .scope = Scope::global, .live = live_value::gtid_purged},
    fixed("have_compress", "YES"),
    live("have_openssl", live_value::tls),
    fixed("have_query_cache", "NO"),
    live("have_ssl", live_value::tls),
    live("hostname", live_value::hostname),
    {.name = "identity", .scope = Scope::session, .kind = Kind::integer, .value = "0", .same_as = "last_insert_id"},
    number("information_schema_stats_expiry", "86400", 0, year),
    global_text("init_connect", ""),
    global_text("init_slave", ""),
    number("innodb_lock_wait_timeout", "50", 1, 1073741824),
    {.name = "insert_id", .scope = Scope::session, .kind = Kind::integer, .value = "0"},
    session_number("interactive_timeout", parameters::Parameter::interactive_timeout),
    {.name = "last_insert_id", .scope = Scope::session, .kind = Kind::integer, .value = "0"},
    text("lc_messages", "en_US"),
    text("lc_time_names", "en_US"),
    fixed("license", "GPL"),
    global_on_off("local_infile", "OFF"),
    number("lock_wait_timeout", "year", 1, year),
    fixed("log_bin", "ON", Kind::boolean),
    live("log_bin_basename", live_value::log_basename),
    live("log_bin_index", live_value::log_index),
    global_on_off("log_bin_trust_function_creators", "OFF"),
    fixed("log_bin_use_v1_row_events", "OFF", Kind::boolean),
    fixed("log_replica_updates", "ON", Kind::boolean),
    fixed("log_slave_updates", "ON", Kind::boolean),
    {.name = "long_query_time", .kind = Kind::real, .value = "10.000000", .maximum = year},
    fixed("lower_case_file_system", "OFF", Kind::boolean),
    fixed("lower_case_table_names", "0", Kind::integer),
    live("master_server_id", live_value::server_id, Kind::integer),
    live("master_server_uuid", live_value::server_uuid),
    global_on_off("master_verify_checksum", "OFF"),
    {.name = "max_allowed_packet",
     .kind = Kind::integer,
     .access = Access::global_only,
     .value = "1073741824",
     .minimum = 1024,
     .maximum = 1073741824},
    global_number("max_binlog_cache_size", "18446744073709547520", 4096),
    global_number("max_binlog_stmt_cache_size", "18446744073709547520", 4096),
    number("max_error_count", "64", 0, 65535),
    number("max_execution_time", "0", 0, 4294967295),
    number("max_heap_table_size", "16777216", 16384),
    number("max_join_size", "18446744073709551615", 1),
    number("max_sort_length", "1024", 4, 8388608),
    {.name = "max_user_connections",
     .kind = Kind::integer,
     .access = Access::global_only,
     .value = "0",
     .maximum = 4294967295},
    {.name = "net_buffer_length",
     .kind = Kind::integer,
     .access = Access::global_only,
     .value = "16384",
     .minimum = 1024,
     .maximum = 1048576},
    number("net_read_timeout", "30", 1, year),
    number("net_retry_count", "10", 1),
    number("net_write_timeout", "60", 1, year),
    on_off("ob_enable_show_trace", "OFF"),
    number("ob_query_timeout", "10000000"),
    choice("ob_read_consistency", "STRONG", ",FROZEN,WEAK,STRONG"),
    text("ob_route_policy", "READONLY_ZONE_FIRST"),
    number("ob_trx_idle_timeout", "86400000000"),
    number("ob_trx_lock_timeout", "-1", 0, 9223372036854775807),
    number("ob_trx_timeout", "86400000000"),
    text("optimizer_switch", ""),
    fixed("performance_schema", "OFF", Kind::boolean),
    live("port", live_value::port, Kind::integer),
    fixed("protocol_version", "10", Kind::integer),
    {.name = "proxy_user", .scope = Scope::session, .access = Access::read_only, .nullable = true},
    {.name = "pseudo_replica_mode", .scope = Scope::session, .kind = Kind::boolean, .value = "OFF"},
    {.name = "pseudo_slave_mode",
     .scope = Scope::session,
     .kind = Kind::boolean,
     .value = "OFF",
     .same_as = "pseudo_replica_mode"},
    {.name = "pseudo_thread_id",
     .scope = Scope::session,
     .kind = Kind::integer,
     .access = Access::read_only,
     .live = live_value::connection_id},
    global_number("query_cache_size", "0"),
    choice("query_cache_type", "OFF", "OFF"),
    global_on_off("read_only", "ON"),
    global_on_off("require_secure_transport", "OFF"),
    fixed("rpl_semi_sync_master_enabled", "ON", Kind::boolean),
    fixed("rpl_semi_sync_source_enabled", "ON", Kind::boolean),
    {.name = "server_id", .scope = Scope::global, .kind = Kind::integer, .live = live_value::server_id},
    live("server_uuid", live_value::server_uuid),
    choice("session_track_gtids", "OFF", "OFF"),
    on_off("session_track_schema", "ON"),
    on_off("session_track_state_change", "OFF"),
    {.name = "session_track_system_variables",
     .value = "time_zone,autocommit,character_set_client,character_set_results,character_set_connection",
     .nullable = true},
    choice("session_track_transaction_info", "OFF", "OFF,STATE,CHARACTERISTICS"),
    fixed("skip_name_resolve", "ON", Kind::boolean),
    fixed("skip_networking", "OFF", Kind::boolean),
    live("sluice_capture_error", live_value::capture_error),
    live("sluice_capture_source", live_value::capture_source),
    live("sluice_capture_state", live_value::capture_state),
    fixed("socket", ""),
    on_off("sql_auto_is_null", "OFF"),
    on_off("sql_big_selects", "ON"),
    on_off("sql_buffer_result", "OFF"),
    {.name = "sql_log_bin", .scope = Scope::session, .kind = Kind::boolean, .value = "ON"},
    on_off("sql_log_off", "OFF"),
    {.name = "sql_mode",
     .kind = Kind::sql_mode,
     .value = "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_"
              "ENGINE_SUBSTITUTION"},
    on_off("sql_notes", "ON"),
    on_off("sql_quote_show_create", "ON"),
    on_off("sql_require_primary_key", "OFF"),
    on_off("sql_safe_updates", "OFF"),
    number("sql_select_limit", "18446744073709551615"),
    on_off("sql_warnings", "OFF"),
    global_on_off("super_read_only", "ON"),
    global_number("sync_binlog", "1", 0, 4294967295),
    live("system_time_zone", live_value::system_time_zone),
    {.name = "time_zone", .kind = Kind::time_zone, .value = "SYSTEM"},
    fixed("tls_version", "TLSv1.2,TLSv1.3"),
    number("tmp_table_size", "16777216", 1024),
    choice("transaction_isolation", "REPEATABLE-READ", "READ-UNCOMMITTED,READ-COMMITTED,REPEATABLE-READ,SERIALIZABLE"),
    on_off("transaction_read_only", "OFF"),
    {.name = "tx_isolation",
     .kind = Kind::choice,
     .value = "REPEATABLE-READ",
     .choices = "READ-UNCOMMITTED,READ-COMMITTED,REPEATABLE-READ,SERIALIZABLE",
     .same_as = "transaction_isolation"},
    {.name = "tx_read_only", .kind = Kind::boolean, .value = "OFF", .same_as = "transaction_read_only"},
    on_off("unique_checks", "ON"),
    live("version", live_value::version),
    fixed("version_comment", "Sluice"),
    fixed("version_compile_machine", "x86_64"),
    fixed("version_compile_os", "Linux"),
    session_number("wait_timeout", parameters::Parameter::wait_timeout),
    {.name = "warning_count",
     .scope = Scope::session,
     .kind = Kind::integer,
     .access = Access::read_only,
     .live = live_value::warning_count},
};

constexpr bool before(const SystemVariable& left, const SystemVariable& right) {
  return left.name < right.name;
}
static_assert(std::ranges::is_sorted(variables, before));

SystemVariable of_parameter(const parameters::Definition& definition) {
  return {.name = definition.name,
          .scope = Scope::global,
          .kind = definition.type == parameters::Definition::Type::boolean ? Kind::boolean : Kind::integer,
          .access = definition.needs_restart ? Access::read_only : Access::changeable,
          .minimum = static_cast<std::int64_t>(definition.minimum),
          .maximum = definition.maximum,
          .parameter = definition.parameter};
}

/// The ones above, and the parameters that are not among them.
std::vector<SystemVariable> all_variables() {
  std::vector<SystemVariable> all(std::begin(variables), std::end(variables));
  for (const parameters::Definition& definition : parameters::definitions()) {
    const auto place = std::ranges::lower_bound(all, definition.name, {}, &SystemVariable::name);
    if (place == all.end() || place->name != definition.name) all.insert(place, of_parameter(definition));
  }
  return all;
}

}  // namespace

std::span<const SystemVariable> system_variables() {
  static const std::vector<SystemVariable> all = all_variables();
  return all;
}

const SystemVariable* find_system_variable(std::string_view name) {
  const std::string wanted = sql::to_lower(name);
  const auto all = system_variables();
  const auto found = std::ranges::lower_bound(all, std::string_view(wanted), {}, &SystemVariable::name);
  return found != all.end() && found->name == wanted ? &*found : nullptr;
}

}  // namespace sluice::answers
