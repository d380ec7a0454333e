#include <algorithm>
#include <limits>

#include "parameters/parameter.h"

namespace sluice::parameters {
namespace {

using Type = Definition::Type;
using enum Parameter;

constexpr std::uint64_t year = 365ULL * 24 * 60 * 60;  // seconds: the most MySQL takes for a time limit
constexpr std::uint64_t rate_max = 1ULL << 40U;

constexpr std::uint64_t gibibyte = 1ULL << 30U;

// {parameter, name, type, usual, minimum, maximum, unit, needs_restart, description}
constexpr Definition list[] = {
    {binlog_expire_logs_hard_percent, "binlog_expire_logs_hard_percent", Type::integer, 200, 0, 1000, "percent", false,
     "Log files that a subscriber still reads are kept until all files together are more than this share of "
     "binlog_expire_logs_size; then the oldest go, and subscribers that need them are disconnected with error 1236. 0: "
     "never"},
    {binlog_expire_logs_seconds, "binlog_expire_logs_seconds", Type::integer, 259200, 0, 4294967295, "seconds", false,
     "Log files are removed when their last transaction is older than this, unless a subscriber reads them. 0: never"},
    {binlog_expire_logs_size, "binlog_expire_logs_size", Type::integer, 50 * gibibyte, 0, 1024 * 1024 * gibibyte,
     "bytes", false,
     "The oldest log files are removed while all together are more than this, unless a subscriber reads them. 0: no "
     "limit"},
    {binlog_gtid_display, "binlog_gtid_display", Type::boolean, 1, 0, 1, "", false,
     "Whether SHOW MASTER STATUS tells the executed GTIDs; without them its last column is empty"},
    {connect_timeout, "connect_timeout", Type::integer, 10, 1, 3600, "seconds", false,
     "How long a client may take to log in"},
    {interactive_timeout, "interactive_timeout", Type::integer, 28800, 1, year, "seconds", false,
     "wait_timeout of the connections of clients that say they are used by a person"},
    {login_block_time, "login_block_time", Type::integer, 60, 1, 86400, "seconds", false,
     "How long after its last failed log-in an address that has reached max_connect_errors is refused, and others' "
     "failures are remembered"},
    {max_binlog_size, "max_binlog_size", Type::integer, 536870912, 4096, 1073741824, "bytes", true,
     "A log file ends with the transaction that reaches this size. All instances of a tenant need the same, or their "
     "files end at different places; so it is set in the configuration, in section [log]"},
    {max_connect_errors, "max_connect_errors", Type::integer, 100, 0, 1000000, "", false,
     "After so many failed log-ins without a successful one between them an address is refused with error 1129; 0: "
     "never"},
    {max_connections, "max_connections", Type::integer, 1000, 1, 100000, "connections", false,
     "How many clients may be connected, one administrator more; further ones are refused with error 1040"},
    {max_unauthenticated_connections, "max_unauthenticated_connections", Type::integer, 100, 1, 100000, "connections",
     false,
     "How many clients may be logging in at a time; of more, the one that has been at it longest is disconnected"},
    {throttle_convert_iops, "throttle_convert_iops", Type::integer, 0, 0, rate_max, "bytes/s", false,
     "How many bytes a second are written to the log; 0: no limit"},
    {throttle_convert_rps, "throttle_convert_rps", Type::integer, 0, 0, rate_max, "events/s", false,
     "How many events a second are written to the log; 0: no limit"},
    {throttle_dump_conn, "throttle_dump_conn", Type::integer, 0, 0, 100000, "connections", false,
     "How many subscribers may be served at a time; further ones are refused with error 1236; 0: no limit"},
    {throttle_dump_iops, "throttle_dump_iops", Type::integer, 0, 0, rate_max, "bytes/s", false,
     "How many bytes a second each subscriber is sent; 0: no limit"},
    {throttle_dump_rps, "throttle_dump_rps", Type::integer, 0, 0, rate_max, "events/s", false,
     "How many events of the log a second each subscriber is sent; 0: no limit"},
    {wait_timeout, "wait_timeout", Type::integer, 28800, 1, year, "seconds", false,
     "How long a connection may be idle before it is closed, unless it sets its own; those that are served the log are "
     "never idle"},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < std::size(list); ++i) {
    const Definition& one = list[i];
    if (one.parameter != static_cast<Parameter>(i) || (i > 0 && one.name <= list[i - 1].name)) return false;
    if (one.minimum > one.usual || one.usual > one.maximum) return false;
    if (one.maximum > std::numeric_limits<std::int64_t>::max()) return false;
    if (one.type == Type::boolean && one.maximum != 1) return false;
  }
  return true;
}
static_assert(in_order(),
              "the list is in the order of the enumeration, which is that of the names, and has sane ranges");

}  // namespace

std::span<const Definition> definitions() {
  return list;
}

const Definition& definition(Parameter parameter) {
  return list[static_cast<std::size_t>(parameter)];
}

const Definition* find_definition(std::string_view name) {
  const auto* const found = std::ranges::lower_bound(list, name, {}, &Definition::name);
  return found != std::end(list) && found->name == name ? found : nullptr;
}

}  // namespace sluice::parameters
