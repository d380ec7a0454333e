#include <algorithm>
#include <charconv>
#include <sstream>

#include "supervise/node.h"

namespace sluice::supervise {
namespace {

/// "MemTotal:       24684092 kB" in bytes.
std::optional<std::uint64_t> bytes_of(std::string_view meminfo, std::string_view key) {
  constexpr std::uint64_t bytes_per_unit = 1024;
  std::istringstream lines{std::string(meminfo)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name;
    std::uint64_t number = 0;
    if (words >> name && name == key && words >> number) return number * bytes_per_unit;
  }
  return std::nullopt;
}

}  // namespace

std::optional<CpuTimes> parse_cpu_times(std::string_view stat, long ticks_per_second) {
  if (ticks_per_second <= 0) return std::nullopt;
  std::optional<CpuTimes> all;
  double count = 0;
  std::istringstream lines{std::string(stat)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name;
    if (!(words >> name) || !name.starts_with("cpu")) continue;
    if (name != "cpu") {
      ++count;
      continue;
    }
    // user, nice, system, idle, waiting, interrupts, soft interrupts, stolen; guests' times are in user and nice.
    std::array<double, 8> ticks{};
    constexpr std::size_t always_there = 4;
    constexpr std::size_t idle = 3;
    constexpr std::size_t waiting = 4;
    std::size_t known = 0;
    while (known < ticks.size() && words >> ticks[known])
      ++known;
    if (known < always_there) return std::nullopt;
    double used = 0;
    for (std::size_t i = 0; i < known; ++i)
      used += i == idle || i == waiting ? 0 : ticks[i];
    all = CpuTimes{.count = 0, .seconds = used / static_cast<double>(ticks_per_second)};
  }
  if (!all || count == 0) return std::nullopt;
  all->count = count;
  return all;
}

std::optional<Memory> parse_memory(std::string_view meminfo) {
  const auto total = bytes_of(meminfo, "MemTotal:");
  auto available = bytes_of(meminfo, "MemAvailable:");
  if (!available) {  // Linux before 3.14
    available = bytes_of(meminfo, "MemFree:");
    if (available) *available += bytes_of(meminfo, "Buffers:").value_or(0) + bytes_of(meminfo, "Cached:").value_or(0);
  }
  if (!total || !available) return std::nullopt;
  return Memory{*total, *total - std::min(*total, *available)};
}

std::optional<std::array<double, 3>> parse_load(std::string_view loadavg) {
  std::istringstream words{std::string(loadavg)};
  std::array<double, 3> load{};
  for (double& one : load) {
    if (!(words >> one)) return std::nullopt;
  }
  return load;
}

}  // namespace sluice::supervise
