#include "sql/error_code.h"

#include <fmt/format.h>

namespace sluice::sql {

std::string_view sql_state(int code) {
  switch (code) {
    case error_code::no_database:
      return "3D000";
    case error_code::unknown_column:
      return "42S22";
    case error_code::unknown_table:
    case error_code::no_such_table:
      return "42S02";
    case error_code::packet_too_large:
    case error_code::server_shutdown:
      return "08S01";
    case error_code::interrupted:
      return "70100";
    case error_code::out_of_range:
      return "22003";
    case error_code::database_denied:
    case error_code::table_denied:
    case error_code::unknown_database:
    case error_code::parse:
    case error_code::empty_query:
    case error_code::unknown_character_set:
    case error_code::access_denied:
    case error_code::no_default:
    case error_code::wrong_value_for_variable:
    case error_code::wrong_type_for_variable:
    case error_code::not_supported_yet:
    case error_code::collation_mismatch:
    case error_code::does_not_exist:
    case error_code::too_many_prepared_statements:
    case error_code::too_big_precision:
    case error_code::wrong_parameter_count:
      return "42000";
    case error_code::truncated_wrong_value:
      return "22007";
    default:
      return "HY000";
  }
}

std::unexpected<Error> not_supported(std::string_view what) {
  return fail(ErrorKind::unsupported,
              fmt::format("This version of MySQL doesn't yet support '{} on a Binlog instance'", what),
              error_code::not_supported_yet);
}

}  // namespace sluice::sql
