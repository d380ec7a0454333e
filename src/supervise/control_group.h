#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::supervise {

// The texts of control groups, version 2 (Linux, Documentation/admin-guide/cgroup-v2.rst), and where they are. Pure.

/// A number; nothing for "max", and for what is no number.
[[nodiscard]] std::optional<std::uint64_t> parse_limit(std::string_view text);

/// Processors, of cpu.max: "150000 100000" is 1.5. Nothing for "max 100000", and for what makes no sense.
[[nodiscard]] std::optional<double> parse_cpu_max(std::string_view text);

/// cpu.max of so many processors; "max 100000" of nothing.
[[nodiscard]] std::string cpu_max_text(std::optional<double> processors);

/// The number behind `key` in lines "key number", as cpu.stat, memory.stat and memory.events have them.
[[nodiscard]] std::optional<std::uint64_t> keyed_number(std::string_view text, std::string_view key);

/// Whether a word stands in a line such as cgroup.controllers.
[[nodiscard]] bool has_word(std::string_view line, std::string_view word);

/// The directory of our own group. `mounts`: /proc/self/mountinfo; `membership`: /proc/self/cgroup. Nothing where
/// version 2 is not mounted, or what is mounted does not show our group.
struct GroupPlace {
  std::filesystem::path mount;
  std::filesystem::path own;
};
[[nodiscard]] std::optional<GroupPlace> find_own_group(std::string_view mounts, std::string_view membership);

}  // namespace sluice::supervise
