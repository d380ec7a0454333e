#include "answers/session_time_zone.h"

#include <algorithm>
#include <ctime>

#include <fmt/format.h>

#include "sql/ascii.h"

namespace sluice::answers {
namespace {

constexpr std::chrono::minutes offset_max = std::chrono::hours(14);
constexpr std::chrono::minutes offset_min = -(std::chrono::hours(13) + std::chrono::minutes(59));

std::optional<int> parse_two_digits(std::string_view text) {
  if (text.empty() || text.size() > 2) return std::nullopt;
  int number = 0;
  for (const char character : text) {
    if (!sql::is_digit(character)) return std::nullopt;
    number = number * 10 + (character - '0');
  }
  return number;
}

}  // namespace

std::optional<SessionTimeZone> parse_time_zone(std::string_view text) {
  if (sql::equals_ignoring_case(text, "SYSTEM")) return SessionTimeZone{};
  if (sql::equals_ignoring_case(text, "UTC")) return SessionTimeZone{std::chrono::minutes(0)};
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || (text.front() != '+' && text.front() != '-')) return std::nullopt;
  const auto hours = parse_two_digits(text.substr(1, colon - 1));
  const auto minutes = parse_two_digits(text.substr(colon + 1));
  if (!hours || !minutes || *minutes > 59 || text.size() - colon != 3) return std::nullopt;
  std::chrono::minutes offset = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  if (text.front() == '-') offset = -offset;
  if (offset < offset_min || offset > offset_max) return std::nullopt;
  return SessionTimeZone{offset};
}

std::string format_time(std::chrono::system_clock::time_point time, const SessionTimeZone& zone, int fraction_digits) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  std::time_t seconds = std::chrono::system_clock::to_time_t(whole);
  std::tm parts{};
  if (zone.offset) {
    seconds += std::chrono::seconds(*zone.offset).count();
    ::gmtime_r(&seconds, &parts);
  } else {
    ::localtime_r(&seconds, &parts);
  }
  std::string text = fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", parts.tm_year + 1900, parts.tm_mon + 1,
                                 parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
  if (fraction_digits > 0) {
    const auto microseconds = std::chrono::floor<std::chrono::microseconds>(time - whole).count();
    text += fmt::format(".{:06}", microseconds).substr(0, static_cast<std::size_t>(fraction_digits) + 1);
  }
  return text;
}

std::optional<std::int64_t> parse_time(std::string_view text, const SessionTimeZone& zone) {
  // Sizes of the numbers, and what may stand before each but the first.
  constexpr int sizes[] = {4, 2, 2, 2, 2, 2};
  constexpr std::string_view signs = " -- ::";
  int parts[6] = {};
  const bool with_signs = text.contains('-');
  std::size_t count = 0;
  for (; count < std::size(parts) && !text.empty() && text.front() != '.'; ++count) {
    if (with_signs && count > 0) {
      const bool fits = text.front() == signs[count] || (count == 3 && text.front() == 'T');
      if (!fits) return std::nullopt;
      text.remove_prefix(1);
    }
    for (int i = 0; i < sizes[count]; ++i) {
      if (text.empty() || !sql::is_digit(text.front())) return std::nullopt;
      parts[count] = parts[count] * 10 + (text.front() - '0');
      text.remove_prefix(1);
    }
  }
  const bool fraction = count == 6 && text.starts_with('.') &&
                        std::ranges::all_of(text.substr(1), [](char character) { return sql::is_digit(character); });
  if ((!text.empty() && !fraction) || (count != 3 && count != 6)) return std::nullopt;
  const auto month = static_cast<unsigned>(parts[1]);
  const auto day = static_cast<unsigned>(parts[2]);
  const auto date = std::chrono::year(parts[0]) / std::chrono::month(month) / std::chrono::day(day);
  if (!date.ok() || parts[3] > 23 || parts[4] > 59 || parts[5] > 59) return std::nullopt;
  if (zone.offset) {
    const auto days = std::chrono::sys_days(date).time_since_epoch();
    const auto time = days + std::chrono::hours(parts[3]) + std::chrono::minutes(parts[4]) - *zone.offset;
    return std::chrono::seconds(time).count() + parts[5];
  }
  std::tm local{};
  local.tm_year = parts[0] - 1900;
  local.tm_mon = parts[1] - 1;
  local.tm_mday = parts[2];
  local.tm_hour = parts[3];
  local.tm_min = parts[4];
  local.tm_sec = parts[5];
  local.tm_isdst = -1;
  return std::int64_t{std::mktime(&local)};
}

std::string system_time_zone_name() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::localtime_r(&now, &parts);
  return parts.tm_zone == nullptr ? "UTC" : parts.tm_zone;
}

}  // namespace sluice::answers
