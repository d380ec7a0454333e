#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace sluice::sql {

/// MySQL's error numbers (manual: "Server Error Message Reference") that our SQL answers with, or the tenant's. They
/// travel as Error::code.
namespace error_code {
inline constexpr int database_denied = 1044;
inline constexpr int no_database = 1046;
inline constexpr int unknown_database = 1049;
/// What passes by itself: replicas, and drivers by its SQL state, connect again instead of giving up.
inline constexpr int server_shutdown = 1053;
inline constexpr int unknown_column = 1054;
inline constexpr int parse = 1064;
inline constexpr int empty_query = 1065;
inline constexpr int no_such_thread = 1094;
inline constexpr int kill_denied = 1095;
inline constexpr int unknown = 1105;
inline constexpr int unknown_table = 1109;
inline constexpr int unknown_character_set = 1115;
inline constexpr int table_denied = 1142;
inline constexpr int no_such_table = 1146;
inline constexpr int packet_too_large = 1153;
inline constexpr int unknown_system_variable = 1193;
inline constexpr int wrong_arguments = 1210;
inline constexpr int error_when_executing = 1220;
inline constexpr int access_denied = 1227;
inline constexpr int session_variable = 1228;
inline constexpr int global_variable = 1229;
inline constexpr int no_default = 1230;
inline constexpr int wrong_value_for_variable = 1231;
inline constexpr int wrong_type_for_variable = 1232;
inline constexpr int not_supported_yet = 1235;
/// The vendor's service answers problems of its management statements with it (MySQL:
/// ER_MASTER_FATAL_ERROR_READING_BINLOG).
inline constexpr int management = 1236;
inline constexpr int incorrect_variable_scope = 1238;
inline constexpr int unknown_prepared_statement = 1243;
inline constexpr int collation_mismatch = 1253;
inline constexpr int unknown_collation = 1273;
inline constexpr int truncated_wrong_value = 1292;
inline constexpr int not_to_be_prepared = 1295;
inline constexpr int unknown_time_zone = 1298;
inline constexpr int invalid_character_string = 1300;
inline constexpr int result_too_large = 1301;
inline constexpr int does_not_exist = 1305;
inline constexpr int interrupted = 1317;
inline constexpr int unknown_target_log = 1373;
inline constexpr int too_many_placeholders = 1390;
inline constexpr int too_big_precision = 1426;
inline constexpr int too_many_prepared_statements = 1461;
inline constexpr int wrong_parameter_count = 1582;
inline constexpr int session_copy = 1621;
inline constexpr int out_of_range = 1690;
inline constexpr int malformed_gtid_set = 1772;
inline constexpr int purge_log_in_use = 1867;
inline constexpr int purge_log_is_active = 1868;
}  // namespace error_code

/// The SQLSTATE that MySQL gives with an error number; "HY000" where it has none of its own.
[[nodiscard]] std::string_view sql_state(int code);

/// "This version of MySQL doesn't yet support 'INSERT on a Binlog instance'": correct SQL that is not for us.
[[nodiscard]] std::unexpected<Error> not_supported(std::string_view what);

}  // namespace sluice::sql
