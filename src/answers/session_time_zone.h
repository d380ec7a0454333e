#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::answers {

/// A session's time zone: the system's, or so many minutes east of UTC.
struct SessionTimeZone {
  std::optional<std::chrono::minutes> offset;  ///< nothing: the system's
};

/// "SYSTEM", "+08:00" (from -13:59 to +14:00), "UTC". Other names are of zones we do not know, as with a MySQL server
/// whose time zone tables are empty.
[[nodiscard]] std::optional<SessionTimeZone> parse_time_zone(std::string_view text);

/// "2026-11-22 16:00:30", with as many digits of the second's fraction as asked for (0 to 6).
[[nodiscard]] std::string format_time(std::chrono::system_clock::time_point time, const SessionTimeZone& zone,
                                      int fraction_digits = 0);

/// Seconds since 1970 of "2026-11-22 16:00:30", "2026-11-22" or "20261122160030", a fraction of a second left out.
/// Nothing for a text that is no time.
[[nodiscard]] std::optional<std::int64_t> parse_time(std::string_view text, const SessionTimeZone& zone);

/// "CET": what the system calls its time zone.
[[nodiscard]] std::string system_time_zone_name();

}  // namespace sluice::answers
