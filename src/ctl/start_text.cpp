#include "ctl/start_text.h"

#include <charconv>
#include <chrono>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "ctl/characters.h"
#include "sql/management_parts.h"

namespace sluice::ctl {
namespace {

/// The digits of `text` from `begin` up to `end`; nothing if there is anything else.
std::optional<int> number(std::string_view text, std::size_t begin, std::size_t end) {
  int value = 0;
  const std::string_view digits = text.substr(begin, end - begin);
  if (digits.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  const auto [last, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return failed == std::errc() && last == digits.data() + digits.size() ? std::optional(value) : std::nullopt;
}

/// Microseconds since 1970 of "2026-11-22T10:00:00Z"; nothing for other texts and for moments that never were.
std::optional<std::uint64_t> utc_time(std::string_view text) {
  constexpr std::string_view form = "0000-00-00T00:00:00Z";
  if (text.size() != form.size()) return std::nullopt;
  for (std::size_t i = 0; i < form.size(); ++i) {
    if (form[i] != '0' && text[i] != form[i] && !(form[i] == 'T' && text[i] == ' ')) return std::nullopt;
  }
  const auto year = number(text, 0, 4);
  const auto month = number(text, 5, 7);
  const auto day = number(text, 8, 10);
  const auto hour = number(text, 11, 13);
  const auto minute = number(text, 14, 16);
  const auto second = number(text, 17, 19);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  const auto date = std::chrono::year(*year) / std::chrono::month(static_cast<unsigned>(*month)) /
                    std::chrono::day(static_cast<unsigned>(*day));
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  const auto time = std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
                    std::chrono::seconds(*second);
  const auto since = std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
  return since > 0 ? std::optional(static_cast<std::uint64_t>(since)) : std::nullopt;
}

}  // namespace

Result<sql::StartPoint> parse_start(std::string_view text) {
  constexpr std::string_view gtid_prefix = "gtid:";
  constexpr std::string_view time_prefix = "time:";
  if (text == "now") return sql::StartNow{};
  if (text == "earliest") return sql::StartEarliest{};
  if (text.starts_with(gtid_prefix)) return sql::StartGtids{std::string(text.substr(gtid_prefix.size()))};
  const std::string_view time = text.starts_with(time_prefix) ? text.substr(time_prefix.size()) : text;
  if (const auto microseconds = utc_time(time)) return sql::StartTime{*microseconds};
  if (const auto digits = sql::start_time("FROM", time)) return *digits;
  return fail(ErrorKind::invalid, fmt::format("\"{}\" is no place to begin at: write now, earliest, gtid:<set>, "
                                              "2026-11-22T10:00:00Z (UTC), or seconds since 1970",
                                              visible(text)));
}

}  // namespace sluice::ctl
