#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::supervise {

/// Whose numbers they are: the host's, or those of the control group that limits us.
enum class Scope : std::uint8_t { host, group };

/// What a node has and has used until now. What the system does not tell is nothing, never 0: a node nobody knows
/// anything of must not look idle.
struct NodeReading {
  std::chrono::steady_clock::time_point when;
  Scope cpu_scope = Scope::host;
  std::optional<double> cpu_count;    ///< processors
  std::optional<double> cpu_seconds;  ///< used by all, since some time in the past
  Scope memory_scope = Scope::host;
  std::optional<std::uint64_t> memory_total;      ///< bytes
  std::optional<std::uint64_t> memory_used;       ///< bytes that cannot be had by dropping caches
  std::optional<std::uint64_t> disk_total;        ///< bytes of the file system
  std::optional<std::uint64_t> disk_free;         ///< bytes of it we may write
  std::optional<std::uint64_t> network_received;  ///< bytes, by all interfaces but loopback
  std::optional<std::uint64_t> network_sent;
  std::optional<std::array<double, 3>> load;  ///< of 1, 5 and 15 minutes
};

/// What a node has and uses, between two readings.
struct NodeUse {
  NodeReading now;
  std::optional<double> cpu_used;          ///< processors, from 0 to cpu_count
  std::optional<double> network_received;  ///< bytes/s
  std::optional<double> network_sent;
};

/// Pure. Nothing for a rate whose counter went back, or without time between.
[[nodiscard]] NodeUse use_between(const NodeReading& before, const NodeReading& now);

/// As JSON; nothing is null. The keys are those of the structs; `cpu_scope` and `memory_scope` are "host" or "group".
[[nodiscard]] std::string json_text(const NodeUse& use);

// The texts of /proc (proc(5)). Pure.

struct CpuTimes {
  double count = 0;    ///< processors
  double seconds = 0;  ///< all but idle and waiting for disks; times that another guest took are used too
};
[[nodiscard]] std::optional<CpuTimes> parse_cpu_times(std::string_view stat, long ticks_per_second);

struct Memory {
  std::uint64_t total = 0;
  std::uint64_t used = 0;
};
[[nodiscard]] std::optional<Memory> parse_memory(std::string_view meminfo);

[[nodiscard]] std::optional<std::array<double, 3>> parse_load(std::string_view loadavg);

/// Reads a node. `disk`: any path in the file system that is of interest. `proc` is /proc but in tests. Reads small
/// files; quick, but a disk that hangs hangs it too: not for an event loop.
[[nodiscard]] NodeReading read_node(const std::filesystem::path& disk, const std::filesystem::path& proc = "/proc");

/// Two readings in a row. One thread.
class NodeSampler {
 public:
  explicit NodeSampler(std::filesystem::path disk) : disk_(std::move(disk)), before_(read_node(disk_)) {}

  /// What was used since the last call, or since the beginning; call it some seconds apart. Blocks as read_node().
  [[nodiscard]] NodeUse sample();

 private:
  std::filesystem::path disk_;
  NodeReading before_;
};

}  // namespace sluice::supervise
