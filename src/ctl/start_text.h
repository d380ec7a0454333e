#pragma once

#include <string_view>

#include "base/error.h"
#include "sql/management_statement.h"

namespace sluice::ctl {

/// Reads where a log shall begin as people write it: now, earliest, gtid:<set>, or a time, with or without "time:" in
/// front: seconds since 1970, microseconds in 16 digits, or 2026-11-22T10:00:00Z (UTC).
[[nodiscard]] Result<sql::StartPoint> parse_start(std::string_view text);

}  // namespace sluice::ctl
