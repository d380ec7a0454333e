#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

namespace sluice::server {

/// What a process of ours uses. One thread.
class ProcessMeter {
 public:
  struct Use {
    double processors = -1;    ///< since the call before; -1: not known, as the others
    std::int64_t memory = -1;  ///< bytes resident
    std::int64_t disk = -1;    ///< bytes of the files in its directory, as of some seconds ago
  };
  /// Reads /proc, and every now and then the directory.
  [[nodiscard]] Use measure(std::int64_t pid, const std::filesystem::path& directory);

 private:
  using Clock = std::chrono::steady_clock;

  std::int64_t pid_ = 0;
  double cpu_seconds_ = 0;
  Clock::time_point measured_{};
  std::optional<Clock::time_point> disk_measured_;
  std::int64_t disk_ = -1;
};

/// Of /proc/<pid>/stat: seconds of CPU time; nothing if it makes no sense. Pure.
[[nodiscard]] std::optional<double> cpu_seconds_of(std::string_view stat, long ticks_per_second);

}  // namespace sluice::server
