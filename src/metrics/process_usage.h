#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

namespace sluice::metrics {

/// What this process has and uses. A number the system does not give is 0.
struct ProcessUsage {
  double cpu_count = 0;    ///< what it may use: its processors, or the quota of its control group if that is less
  double cpu_seconds = 0;  ///< used since the start
  std::uint64_t memory_total = 0;  ///< bytes: the host's, or the limit of its control group if that is less
  std::uint64_t memory_used = 0;   ///< bytes resident
  std::uint64_t open_files = 0;
  std::uint64_t open_files_max = 0;
  std::uint64_t disk_total = 0;        ///< bytes of the file system with the data directory
  std::uint64_t disk_used = 0;         ///< of it, by anybody
  std::uint64_t network_received = 0;  ///< bytes, by all interfaces of the network namespace but loopback
  std::uint64_t network_sent = 0;
};

/// Asks the system. Reads small files of /proc and /sys; quick, but not for I/O threads.
[[nodiscard]] ProcessUsage read_process_usage(const std::filesystem::path& data_directory);

/// Limits of a control group and those above it; the lowest counts.
struct ControlGroupLimits {
  std::optional<double> cpu_count;
  std::optional<std::uint64_t> memory;
};

/// `root`: where control groups are mounted (/sys/fs/cgroup). `membership`: the content of /proc/self/cgroup. Knows
/// version 2 and, of version 1, the controllers cpu and memory.
[[nodiscard]] ControlGroupLimits control_group_limits(const std::filesystem::path& root, std::string_view membership);

/// Bytes of all interfaces but loopback: received, sent. `table`: the content of /proc/self/net/dev.
[[nodiscard]] std::pair<std::uint64_t, std::uint64_t> network_bytes(std::string_view table);

}  // namespace sluice::metrics
