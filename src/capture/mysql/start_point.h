#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/error.h"

namespace sluice::capture {

/// Where a tenant's log begins in its source.
struct StartNow {};
struct StartEarliest {};
struct StartTime {
  std::int64_t seconds = 0;  ///< since 1970, UTC
};
struct StartGtid {
  std::string set;  ///< what lies before: a MySQL GTID set, or MariaDB's GTID position
};
struct StartFile {
  std::string name;
  std::uint64_t position = 4;
};
using StartPoint = std::variant<StartNow, StartEarliest, StartTime, StartGtid, StartFile>;

/// "now", "earliest", "time:2026-11-22T10:00:00Z", "time:1795341600", "gtid:<set>", "file:<name>:<position>".
[[nodiscard]] Result<StartPoint> parse_start_point(std::string_view text);

}  // namespace sluice::capture
