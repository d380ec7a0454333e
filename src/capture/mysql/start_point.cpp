#include "capture/mysql/start_point.h"

#include <charconv>
#include <chrono>
#include <ctime>
#include <optional>

#include <fmt/format.h>

namespace sluice::capture {
namespace {

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::int64_t> parse_time(const std::string& text) {
  if (const auto seconds = parse_number(text)) return static_cast<std::int64_t>(*seconds);
  std::tm parts{};
  const char* rest = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (rest == nullptr || std::string_view(rest) != "Z") return std::nullopt;
  return ::timegm(&parts);
}

}  // namespace

Result<StartPoint> parse_start_point(std::string_view text) {
  if (text == "now") return StartNow{};
  if (text == "earliest") return StartEarliest{};
  const std::size_t colon = text.find(':');
  const std::string_view kind = text.substr(0, colon);
  const std::string_view value = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  if (kind == "time") {
    if (const auto seconds = parse_time(std::string(value))) return StartTime{*seconds};
  }
  if (kind == "gtid" && colon != std::string_view::npos) return StartGtid{std::string(value)};
  if (kind == "file") {
    const std::size_t last = value.rfind(':');
    if (last != std::string_view::npos && last > 0) {
      const auto position = parse_number(value.substr(last + 1));
      if (position && *position >= 4) return StartFile{std::string(value.substr(0, last)), *position};
    }
  }
  return fail(ErrorKind::invalid,
              fmt::format("\"{}\" is not a start point; write now, earliest, time:2026-11-22T10:00:00Z, gtid:<set> or "
                          "file:<name>:<position of at least 4>",
                          text));
}

}  // namespace sluice::capture
