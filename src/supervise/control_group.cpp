#include "supervise/control_group.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

#include <fmt/format.h>

namespace sluice::supervise {
namespace {

constexpr std::uint64_t period = 100'000;  // microseconds, as the system has it by itself

std::string_view next_part(std::string_view& text, char separator) {
  const auto at = text.find(separator);
  const auto part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return part;
}

std::vector<std::string_view> words(std::string_view line) {
  std::vector<std::string_view> all;
  while (!line.empty()) {
    const auto word = next_part(line, ' ');
    if (!word.empty()) all.push_back(word);
  }
  return all;
}

/// As mountinfo writes paths: space, tab, line break and backslash are "\" and three octal digits.
std::string unescape(std::string_view text) {
  constexpr std::size_t digits = 3;
  constexpr int octal = 8;
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned code = 0;
    const char* begin = text.data() + i + 1;
    if (text[i] == '\\' && i + digits < text.size() &&
        std::from_chars(begin, begin + digits, code, octal).ptr == begin + digits) {
      plain += static_cast<char>(code);
      i += digits;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

}  // namespace

std::optional<std::uint64_t> parse_limit(std::string_view text) {
  while (text.ends_with('\n'))
    text.remove_suffix(1);
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<double> parse_cpu_max(std::string_view text) {
  const auto quota = parse_limit(next_part(text, ' '));
  const auto length = text.empty() ? std::optional(period) : parse_limit(text);
  if (!quota || !length || *length == 0) return std::nullopt;
  return static_cast<double>(*quota) / static_cast<double>(*length);
}

std::string cpu_max_text(std::optional<double> processors) {
  constexpr double quota_min = 1000;  // the system takes no less
  if (!processors) return fmt::format("max {}", period);
  const double quota = std::max(quota_min, std::round(*processors * static_cast<double>(period)));
  return fmt::format("{:.0f} {}", quota, period);
}

std::optional<std::uint64_t> keyed_number(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    auto line = next_part(text, '\n');
    if (next_part(line, ' ') == key) return parse_limit(line);
  }
  return std::nullopt;
}

bool has_word(std::string_view line, std::string_view word) {
  while (line.ends_with('\n'))
    line.remove_suffix(1);
  for (const auto one : words(line)) {
    if (one == word) return true;
  }
  return false;
}

std::optional<GroupPlace> find_own_group(std::string_view mounts, std::string_view membership) {
  std::optional<std::string> group;
  while (!membership.empty()) {
    const auto line = next_part(membership, '\n');
    if (line.starts_with("0::/")) group = line.substr(std::string_view("0::").size());
  }
  if (!group) return std::nullopt;
  while (!mounts.empty()) {  // "41 31 0:38 /root /mount options - cgroup2 ..."
    constexpr std::size_t root_word = 3;
    const auto line = words(next_part(mounts, '\n'));
    std::size_t dash = 0;
    while (dash < line.size() && line[dash] != "-")
      ++dash;
    if (dash + 1 >= line.size() || dash <= root_word + 1 || line[dash + 1] != "cgroup2") continue;
    const std::filesystem::path mount = unescape(line[root_word + 1]);
    const auto below = std::filesystem::path(*group).lexically_relative(unescape(line[root_word]));
    if (below.empty() || *below.begin() == "..") continue;
    return GroupPlace{mount, below == "." ? mount : mount / below};
  }
  return std::nullopt;
}

}  // namespace sluice::supervise
