#include "server/process_meter.h"

#include <charconv>
#include <string>

#include <fmt/format.h>
#include <unistd.h>

#include "supervise/process_identity.h"

namespace sluice::server {
namespace {

constexpr std::chrono::seconds disk_interval{10};

/// The number at this place of a text of numbers and words, counted from 0.
std::optional<std::uint64_t> field(std::string_view text, std::size_t index) {
  for (; index > 0; --index) {
    const std::size_t space = text.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    text.remove_prefix(space + 1);
  }
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() ? std::optional(number) : std::nullopt;
}

std::int64_t size_of(const std::filesystem::path& directory) {
  std::error_code error;
  std::int64_t size = 0;
  const auto skip = std::filesystem::directory_options::skip_permission_denied;
  for (auto entry = std::filesystem::recursive_directory_iterator(directory, skip, error);
       !error && entry != std::filesystem::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code gone;
    const auto bytes = entry->is_regular_file(gone) ? entry->file_size(gone) : 0;
    if (!gone) size += static_cast<std::int64_t>(bytes);
  }
  return size;
}

}  // namespace

std::optional<double> cpu_seconds_of(std::string_view stat, long ticks_per_second) {
  // The name of the process, in parentheses, may hold anything; behind it the state is field 3 (proc(5)).
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string_view::npos || name_end + 2 > stat.size()) return std::nullopt;
  const std::string_view rest = stat.substr(name_end + 2);
  constexpr std::size_t user_time = 14 - 3;
  const auto user = field(rest, user_time);
  const auto system = field(rest, user_time + 1);
  if (!user || !system) return std::nullopt;
  return static_cast<double>(*user + *system) / static_cast<double>(ticks_per_second);
}

ProcessMeter::Use ProcessMeter::measure(std::int64_t pid, const std::filesystem::path& directory) {
  Use use;
  const auto now = Clock::now();
  const auto stat = supervise::read_system_file(fmt::format("/proc/{}/stat", pid));
  const auto cpu = stat ? cpu_seconds_of(*stat, ::sysconf(_SC_CLK_TCK)) : std::nullopt;
  const double passed = std::chrono::duration<double>(now - measured_).count();
  if (cpu && pid == pid_ && passed > 0 && *cpu >= cpu_seconds_) use.processors = (*cpu - cpu_seconds_) / passed;
  pid_ = pid;
  cpu_seconds_ = cpu.value_or(0);
  measured_ = now;
  const auto pages = supervise::read_system_file(fmt::format("/proc/{}/statm", pid));
  if (const auto resident = pages ? field(*pages, 1) : std::nullopt) {
    use.memory = static_cast<std::int64_t>(*resident) * ::sysconf(_SC_PAGESIZE);
  }
  if (!disk_measured_ || now - *disk_measured_ > disk_interval) {
    disk_ = size_of(directory);
    disk_measured_ = now;
  }
  use.disk = disk_;
  return use;
}

}  // namespace sluice::server
