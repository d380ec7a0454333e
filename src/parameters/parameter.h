#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace sluice::parameters {

/// What an operator may set. To add one: a line here, a line in parameter_list.cpp (both in the order of names), and
/// the code that reads it. Nothing stands here that nobody reads.
enum class Parameter : std::uint8_t {
  binlog_expire_logs_hard_percent,
  binlog_expire_logs_seconds,
  binlog_expire_logs_size,
  binlog_gtid_display,
  connect_timeout,
  interactive_timeout,
  login_block_time,
  max_binlog_size,
  max_connect_errors,
  max_connections,
  max_unauthenticated_connections,
  throttle_convert_iops,
  throttle_convert_rps,
  throttle_dump_conn,
  throttle_dump_iops,
  throttle_dump_rps,
  wait_timeout,
};

/// What a parameter is. Names that the vendor's service or MySQL has are theirs.
struct Definition {
  enum class Type : std::uint8_t { integer, boolean };  ///< a boolean is 0 or 1

  Parameter parameter{};
  std::string_view name;
  Type type = Type::integer;
  std::uint64_t usual = 0;  ///< the default
  std::uint64_t minimum = 0;
  std::uint64_t maximum = 1;   ///< at most INT64_MAX, which is what TOML holds
  std::string_view unit;       ///< "seconds", "bytes", "bytes/s"; empty for flags and plain counts
  bool needs_restart = false;  ///< cannot be changed while the instance runs
  std::string_view description;
};

/// All parameters, by name, which is also the order of the enumeration.
[[nodiscard]] std::span<const Definition> definitions();

[[nodiscard]] const Definition& definition(Parameter parameter);

/// By name in lower case; nullptr if there is none.
[[nodiscard]] const Definition* find_definition(std::string_view name);

}  // namespace sluice::parameters
