#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <sys/types.h>

#include "base/error.h"

namespace sluice::supervise {

/// What an instance may use; nothing: as much as there is.
struct ResourceLimits {
  std::optional<double> processors;
  std::optional<std::uint64_t> memory;  ///< bytes
};

/// Whether limits hold. If not, `reason` says why, and what an operator can do.
struct Enforcement {
  bool enforced = false;
  std::string reason;
};

/// What the processes of a group have used.
struct GroupUse {
  std::optional<double> cpu_seconds;
  std::optional<std::uint64_t> memory;        ///< bytes, now
  std::optional<std::uint64_t> memory_kills;  ///< processes the system ended because the group was at its limit
};

/// Control groups (version 2) for instances: one each, in a directory `sluice-instances` that we make in a parent
/// group. Groups that we did not make are left as they are, with one exception: in the parent, the controllers cpu and
/// memory are switched on for its children, if an operator named it or systemd delegated it to us.
///
/// Where limits cannot be had everything goes on without them, and says so. Blocks on the system's small files; any
/// thread.
class LimitGroups {
 public:
  /// `parent`: a control group's directory that an operator names; empty: what systemd delegated to us, which is our
  /// own group or the one above it (Delegate=, DelegateSubgroup=).
  [[nodiscard]] static LimitGroups open(const std::filesystem::path& parent);

  [[nodiscard]] const Enforcement& state() const { return state_; }

  /// Makes the instance's group if it is not there, sets its limits (or takes them away), and puts the process in it.
  [[nodiscard]] Enforcement place(const std::string& name, const ResourceLimits& limits, pid_t pid) const;

  /// Changes the limits of a group that is there.
  [[nodiscard]] Enforcement change(const std::string& name, const ResourceLimits& limits) const;

  [[nodiscard]] GroupUse use(const std::string& name) const;

  /// Removes the group, which has to be empty: all its processes have ended. One that is not there is no error.
  [[nodiscard]] Result<void> remove(const std::string& name) const;

 private:
  [[nodiscard]] std::filesystem::path group_of(const std::string& name) const { return directory_ / name; }

  std::filesystem::path directory_;
  Enforcement state_;
};

}  // namespace sluice::supervise
