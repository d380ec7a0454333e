#include "supervise/limit_groups.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "base/file.h"
#include "supervise/control_group.h"
#include "supervise/instance_name.h"
#include "supervise/process_identity.h"

namespace sluice::supervise {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view remedy =
    "run sluiced as a systemd service with Delegate=yes and DelegateSubgroup=sluiced, or name a control group it may "
    "use";

std::unexpected<Error> system_error(std::string_view action, const fs::path& path, int number) {
  return fail(ErrorKind::io, fmt::format("cannot {} {}: {}", action, path.string(), ::strerror(number)), number);
}

/// One write, as the system wants it for its files.
Result<void> write_setting(const fs::path& path, std::string_view text) {
  auto file = open_file(path, O_WRONLY);
  if (!file) return std::unexpected(std::move(file.error()));
  if (::write(file->get(), text.data(), text.size()) < 0) {
    return system_error(fmt::format("write '{}' to", text), path, errno);
  }
  return {};
}

Result<void> make_group(const fs::path& path) {
  constexpr mode_t mode = 0755;
  if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST) return system_error("make the control group", path, errno);
  return {};
}

/// systemd marks what it leaves to a service.
bool is_delegated(const fs::path& group) {
  for (const char* name : {"user.delegate", "trusted.delegate"}) {
    std::array<char, 2> value{};
    if (::getxattr(group.c_str(), name, value.data(), value.size()) == 1 && value.front() == '1') return true;
  }
  return false;
}

/// Both controllers for the children of `group`.
Result<void> enable_controllers(const fs::path& group) {
  const auto file = group / "cgroup.subtree_control";
  const auto enabled = read_system_file(file);
  if (!enabled) return std::unexpected(enabled.error());
  if (has_word(*enabled, "cpu") && has_word(*enabled, "memory")) return {};
  auto written = write_setting(file, "+cpu +memory");
  if (!written && written.error().code == EBUSY) {
    return fail(ErrorKind::io, fmt::format("{} has processes of its own, so its children cannot be limited: {}",
                                           group.string(), remedy));
  }
  return written;
}

Result<fs::path> delegated_group() {
  const auto mounts = read_system_file("/proc/self/mountinfo");
  const auto membership = read_system_file("/proc/self/cgroup");
  const auto place = mounts && membership ? find_own_group(*mounts, *membership) : std::nullopt;
  if (!place) return fail(ErrorKind::unsupported, "control groups of version 2 are not mounted here");
  for (const auto& group : {place->own, place->own.parent_path()}) {
    if (is_delegated(group)) return group;
  }
  return fail(ErrorKind::unsupported,
              fmt::format("the control group {} is not delegated to sluiced: {}", place->own.string(), remedy));
}

/// The directory of our groups in `parent`, made.
Result<fs::path> make_directory(const fs::path& parent) {
  const auto offered = read_system_file(parent / "cgroup.controllers");
  if (!offered) {
    return fail(ErrorKind::unsupported, fmt::format("{} is no control group of version 2", parent.string()));
  }
  for (const std::string_view controller : {"cpu", "memory"}) {
    if (!has_word(*offered, controller)) {
      return fail(
          ErrorKind::unsupported,
          fmt::format("the control group {} does not offer the controller '{}': it is not delegated, or version 1 "
                      "has it",
                      parent.string(), controller));
    }
  }
  auto directory = parent / "sluice-instances";
  if (auto done = enable_controllers(parent); !done) return std::unexpected(std::move(done.error()));
  if (auto done = make_group(directory); !done) return std::unexpected(std::move(done.error()));
  if (auto done = enable_controllers(directory); !done) return std::unexpected(std::move(done.error()));
  return directory;
}

Result<void> set_limits(const fs::path& group, const ResourceLimits& limits) {
  auto done = write_setting(group / "cpu.max", cpu_max_text(limits.processors));
  if (!done) return done;
  done = write_setting(group / "memory.max", limits.memory ? fmt::format("{}", *limits.memory) : "max");
  // An instance that swaps instead of being ended would only be slow. Kernels without swap have no such setting.
  std::error_code error;
  if (!done || !fs::exists(group / "memory.swap.max", error)) return done;
  return write_setting(group / "memory.swap.max", limits.memory ? "0" : "max");
}

Enforcement outcome(const Result<void>& done) {
  return {done.has_value(), done ? std::string() : done.error().message};
}

}  // namespace

LimitGroups LimitGroups::open(const fs::path& parent) {
  LimitGroups groups;
  const auto found = parent.empty() ? delegated_group() : Result<fs::path>(parent);
  auto directory = found ? make_directory(*found) : found;
  groups.state_.enforced = directory.has_value();
  if (directory) {
    groups.directory_ = std::move(*directory);
  } else {
    groups.state_.reason = std::move(directory.error().message);
  }
  return groups;
}

Enforcement LimitGroups::place(const std::string& name, const ResourceLimits& limits, pid_t pid) const {
  if (!state_.enforced) return state_;
  if (!is_instance_name(name)) return {false, fmt::format("'{}' cannot be an instance's name", name)};
  const auto group = group_of(name);
  auto done = make_group(group);
  if (done) done = set_limits(group, limits);
  if (done) done = write_setting(group / "cgroup.procs", fmt::format("{}", pid));
  return outcome(done);
}

Enforcement LimitGroups::change(const std::string& name, const ResourceLimits& limits) const {
  if (!state_.enforced) return state_;
  if (!is_instance_name(name)) return {false, fmt::format("'{}' cannot be an instance's name", name)};
  return outcome(set_limits(group_of(name), limits));
}

GroupUse LimitGroups::use(const std::string& name) const {
  GroupUse use;
  if (!state_.enforced || !is_instance_name(name)) return use;
  constexpr double microseconds = 1e6;
  const auto cpu = read_system_file(group_of(name) / "cpu.stat").value_or("");
  if (const auto used = keyed_number(cpu, "usage_usec")) use.cpu_seconds = static_cast<double>(*used) / microseconds;
  use.memory = parse_limit(read_system_file(group_of(name) / "memory.current").value_or(""));
  use.memory_kills = keyed_number(read_system_file(group_of(name) / "memory.events").value_or(""), "oom_kill");
  return use;
}

Result<void> LimitGroups::remove(const std::string& name) const {
  if (!state_.enforced || !is_instance_name(name)) return {};
  if (::rmdir(group_of(name).c_str()) == 0 || errno == ENOENT) return {};
  return system_error("remove the control group", group_of(name), errno);
}

}  // namespace sluice::supervise
