#include "metrics/process_usage.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <sstream>
#include <string>

#include <sched.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace sluice::metrics {
namespace {

/// A small file of /proc or /sys, whose size nobody knows before; empty if it is not there.
std::string content_of(const std::filesystem::path& path) {
  constexpr std::size_t size_max = 1U << 20U;
  std::ifstream file(path, std::ios::binary);
  std::string content;
  std::array<char, 4096> piece{};
  while (content.size() < size_max && file) {
    file.read(piece.data(), piece.size());
    content.append(piece.data(), static_cast<std::size_t>(file.gcount()));
  }
  return content;
}

/// The number a text begins with; nothing for "max" and -1.
std::optional<std::uint64_t> leading_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() ? std::optional(number) : std::nullopt;
}

template <typename T>
void lower(std::optional<T>& limit, std::optional<T> other) {
  if (other && (!limit || *other < *limit)) limit = other;
}

void lower_cpu(ControlGroupLimits& limits, std::optional<std::uint64_t> quota, std::optional<std::uint64_t> period) {
  if (quota && period && *period > 0) {
    lower(limits.cpu_count, std::optional(static_cast<double>(*quota) / static_cast<double>(*period)));
  }
}

/// A group's own limits and those of all above it, up to `mount`.
void add_limits(ControlGroupLimits& limits, const std::filesystem::path& mount, std::string_view group) {
  std::filesystem::path below = std::filesystem::path(group).relative_path();
  while (true) {
    const auto directory = below.empty() ? mount : mount / below;
    const std::string cpu = content_of(directory / "cpu.max");  // "200000 100000" or "max 100000"
    const auto space = cpu.find(' ');
    if (space != std::string::npos) lower_cpu(limits, leading_number(cpu), leading_number(cpu.substr(space + 1)));
    lower_cpu(limits, leading_number(content_of(directory / "cpu.cfs_quota_us")),
              leading_number(content_of(directory / "cpu.cfs_period_us")));
    lower(limits.memory, leading_number(content_of(directory / "memory.max")));
    lower(limits.memory, leading_number(content_of(directory / "memory.limit_in_bytes")));
    if (below.empty()) return;
    below = below.parent_path();
  }
}

double processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  return static_cast<double>(std::max(::sysconf(_SC_NPROCESSORS_ONLN), 1L));
}

double seconds(const timeval& time) {
  constexpr double microseconds_per_second = 1e6;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / microseconds_per_second;
}

std::uint64_t count_open_files() {
  std::error_code error;
  std::filesystem::directory_iterator entries("/proc/self/fd", error);
  if (error) return 0;
  const auto count = std::distance(begin(entries), end(entries));
  return static_cast<std::uint64_t>(std::max<std::ptrdiff_t>(count - 1, 0));  // one is this reading
}

}  // namespace

ControlGroupLimits control_group_limits(const std::filesystem::path& root, std::string_view membership) {
  ControlGroupLimits limits;
  std::istringstream lines{std::string(membership)};
  for (std::string line; std::getline(lines, line);) {  // "0::/a/b" or "4:cpu,cpuacct:/a/b"
    const auto first = line.find(':');
    const auto second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const std::string group = line.substr(second + 1);
    if (controllers == ",,") add_limits(limits, root, group);
    for (const std::string_view name : {"cpu", "memory"}) {
      if (controllers.find("," + std::string(name) + ",") != std::string::npos) add_limits(limits, root / name, group);
    }
  }
  return limits;
}

std::pair<std::uint64_t, std::uint64_t> network_bytes(std::string_view table) {
  constexpr int columns_between = 7;  // of those received besides bytes
  std::pair<std::uint64_t, std::uint64_t> sum{0, 0};
  std::istringstream lines{std::string(table)};
  for (std::string line; std::getline(lines, line);) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    std::string name;
    std::istringstream(line.substr(0, colon)) >> name;
    if (name == "lo") continue;
    std::istringstream numbers(line.substr(colon + 1));
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
    std::uint64_t other = 0;
    numbers >> received;
    for (int i = 0; i < columns_between; ++i)
      numbers >> other;
    numbers >> sent;
    sum.first += received;
    sum.second += sent;
  }
  return sum;
}

ProcessUsage read_process_usage(const std::filesystem::path& data_directory) {
  ProcessUsage usage;
  const auto limits = control_group_limits("/sys/fs/cgroup", content_of("/proc/self/cgroup"));
  usage.cpu_count = std::min(processors(), limits.cpu_count.value_or(processors()));
  rusage used{};
  if (::getrusage(RUSAGE_SELF, &used) == 0) usage.cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime);

  const auto page_size = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  usage.memory_total = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * page_size;
  usage.memory_total = std::min(usage.memory_total, limits.memory.value_or(usage.memory_total));
  const std::string pages = content_of("/proc/self/statm");  // "total resident ..."
  const auto resident = pages.find(' ');
  if (resident != std::string::npos) {
    usage.memory_used = leading_number(pages.substr(resident + 1)).value_or(0) * page_size;
  }

  usage.open_files = count_open_files();
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) usage.open_files_max = files.rlim_cur;
  struct statvfs disk {};
  if (::statvfs(data_directory.c_str(), &disk) == 0) {
    usage.disk_total = std::uint64_t{disk.f_blocks} * disk.f_frsize;
    usage.disk_used = usage.disk_total - std::uint64_t{disk.f_bfree} * disk.f_frsize;
  }
  std::tie(usage.network_received, usage.network_sent) = network_bytes(content_of("/proc/self/net/dev"));
  return usage;
}

}  // namespace sluice::metrics
