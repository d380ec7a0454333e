#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "base/error.h"

namespace sluice::supervise {

/// What tells a process from every other one there ever was on this host, also from one that got its number later:
/// the number, when it was started, and in which run of the system.
struct ProcessIdentity {
  pid_t pid = 0;
  std::uint64_t start_ticks = 0;  ///< clock ticks from the system's start to the process's (proc(5), stat, field 22)
  std::string boot_id;            ///< /proc/sys/kernel/random/boot_id
  std::vector<std::string> command;
  std::uint64_t output_begin = 0;  ///< where its output begins in its output file

  bool operator==(const ProcessIdentity&) const = default;
};

/// The text of a process file, and back. No argument has a line break in it.
[[nodiscard]] std::string process_file_text(const ProcessIdentity& identity);
/// ErrorKind::corrupt when the text is no whole process file.
[[nodiscard]] Result<ProcessIdentity> parse_process_file(std::string_view text);

/// Of /proc/<pid>/stat.
struct ProcessStat {
  char state = '?';  ///< 'Z' and 'X': ended
  std::uint64_t start_ticks = 0;
};

/// The process's name, which stands in it in parentheses, may hold anything.
[[nodiscard]] std::optional<ProcessStat> parse_process_stat(std::string_view text);

/// Nothing if there is no such process.
[[nodiscard]] std::optional<ProcessStat> read_process_stat(pid_t pid);

/// The arguments a process was started with; empty for one that ended, or whose arguments we may not read.
[[nodiscard]] std::vector<std::string> read_command(pid_t pid);

[[nodiscard]] Result<std::string> read_boot_id();

/// A small file whose size the system does not tell before, as those of /proc; at most 1 MiB of it.
[[nodiscard]] Result<std::string> read_system_file(const std::filesystem::path& path);

}  // namespace sluice::supervise
