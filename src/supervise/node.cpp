#include "supervise/node.h"

#include <algorithm>

#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "metrics/process_usage.h"
#include "supervise/control_group.h"
#include "supervise/process_identity.h"

namespace sluice::supervise {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  return read_system_file(path).value_or("");
}

/// A limit and the group that sets it, of our own group and those above it. The lowest counts.
template <typename T>
struct Limiting {
  T limit{};
  fs::path group;
};

template <typename T>
std::optional<Limiting<T>> find_limit(const GroupPlace& place, const char* file,
                                      std::optional<T> (*parse)(std::string_view)) {
  std::optional<Limiting<T>> lowest;
  for (fs::path group = place.own;; group = group.parent_path()) {
    const auto limit = parse(text_of(group / file));
    if (limit && (!lowest || *limit < lowest->limit)) lowest = Limiting<T>{*limit, group};
    if (group == place.mount || !group.has_relative_path()) return lowest;
  }
}

/// Takes the group's numbers where it has less than the host.
void read_groups(NodeReading& reading, const GroupPlace& place) {
  constexpr double microseconds = 1e6;
  const auto cpu = find_limit<double>(place, "cpu.max", parse_cpu_max);
  const auto used = cpu ? keyed_number(text_of(cpu->group / "cpu.stat"), "usage_usec") : std::nullopt;
  if (used && cpu->limit < reading.cpu_count.value_or(cpu->limit + 1)) {
    reading.cpu_scope = Scope::group;
    reading.cpu_count = cpu->limit;
    reading.cpu_seconds = static_cast<double>(*used) / microseconds;
  }
  const auto memory = find_limit<std::uint64_t>(place, "memory.max", parse_limit);
  const auto current = memory ? parse_limit(text_of(memory->group / "memory.current")) : std::nullopt;
  if (current && memory->limit < reading.memory_total.value_or(memory->limit + 1)) {
    const auto dropped = keyed_number(text_of(memory->group / "memory.stat"), "inactive_file").value_or(0);
    reading.memory_scope = Scope::group;
    reading.memory_total = memory->limit;
    reading.memory_used = *current - std::min(*current, dropped);
  }
}

template <typename T>
std::optional<double> rate(std::optional<T> before, std::optional<T> now, double seconds) {
  if (!before || !now || *now < *before || seconds <= 0) return std::nullopt;
  return static_cast<double>(*now - *before) / seconds;
}

template <typename T>
std::string value(const std::optional<T>& number) {
  return number ? fmt::format("{}", *number) : "null";
}

std::string value(Scope scope) {
  return scope == Scope::group ? "\"group\"" : "\"host\"";
}

}  // namespace

NodeUse use_between(const NodeReading& before, const NodeReading& now) {
  const double seconds = std::chrono::duration<double>(now.when - before.when).count();
  NodeUse use{now, std::nullopt, std::nullopt, std::nullopt};
  if (before.cpu_scope == now.cpu_scope) use.cpu_used = rate(before.cpu_seconds, now.cpu_seconds, seconds);
  if (use.cpu_used && now.cpu_count) use.cpu_used = std::min(*use.cpu_used, *now.cpu_count);
  use.network_received = rate(before.network_received, now.network_received, seconds);
  use.network_sent = rate(before.network_sent, now.network_sent, seconds);
  return use;
}

std::string json_text(const NodeUse& use) {
  const NodeReading& now = use.now;
  const std::string load =
      now.load ? fmt::format("[{}, {}, {}]", (*now.load)[0], (*now.load)[1], (*now.load)[2]) : "null";
  return fmt::format(
      R"({{"cpu_scope": {}, "cpu_count": {}, "cpu_used": {}, "memory_scope": {}, "memory_total": {}, )"
      R"("memory_used": {}, "disk_total": {}, "disk_free": {}, "network_received": {}, "network_sent": {}, )"
      R"("load": {}}})",
      value(now.cpu_scope), value(now.cpu_count), value(use.cpu_used), value(now.memory_scope), value(now.memory_total),
      value(now.memory_used), value(now.disk_total), value(now.disk_free), value(use.network_received),
      value(use.network_sent), load);
}

NodeReading read_node(const fs::path& disk, const fs::path& proc) {
  NodeReading reading;
  reading.when = std::chrono::steady_clock::now();
  if (const auto times = parse_cpu_times(text_of(proc / "stat"), ::sysconf(_SC_CLK_TCK))) {
    reading.cpu_count = times->count;
    reading.cpu_seconds = times->seconds;
  }
  if (const auto memory = parse_memory(text_of(proc / "meminfo"))) {
    reading.memory_total = memory->total;
    reading.memory_used = memory->used;
  }
  const auto place = find_own_group(text_of(proc / "self/mountinfo"), text_of(proc / "self/cgroup"));
  if (place) read_groups(reading, *place);
  if (const auto table = read_system_file(proc / "self/net/dev")) {
    const auto [received, sent] = metrics::network_bytes(*table);
    reading.network_received = received;
    reading.network_sent = sent;
  }
  reading.load = parse_load(text_of(proc / "loadavg"));
  struct statvfs status {};
  if (::statvfs(disk.c_str(), &status) == 0) {
    // What is kept for root is neither ours nor used, as df has it.
    reading.disk_total = std::uint64_t{status.f_blocks - status.f_bfree + status.f_bavail} * status.f_frsize;
    reading.disk_free = std::uint64_t{status.f_bavail} * status.f_frsize;
  }
  return reading;
}

NodeUse NodeSampler::sample() {
  const NodeReading now = read_node(disk_);
  NodeUse use = use_between(before_, now);
  before_ = now;
  return use;
}

}  // namespace sluice::supervise
