#include "manage/rows.h"

#include <chrono>
#include <ctime>

#include <fmt/format.h>

namespace sluice::manage {

std::string time_text(std::int64_t microseconds) {
  constexpr std::int64_t second = 1'000'000;
  const std::time_t seconds = microseconds / second;
  std::tm fields{};
  gmtime_r(&seconds, &fields);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}", fields.tm_year + 1900, fields.tm_mon + 1,
                     fields.tm_mday, fields.tm_hour, fields.tm_min, fields.tm_sec, microseconds % second);
}

}  // namespace sluice::manage
