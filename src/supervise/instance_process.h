#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "supervise/process_identity.h"

namespace sluice::supervise {

/// How a process ended.
struct Ending {
  enum class How {
    exited,     ///< by itself; `number` is its exit code
    signalled,  ///< by a signal, which `number` is
    gone,       ///< it was not our child, so nobody told us how
  };
  How how = How::gone;
  int number = 0;
  std::string output;  ///< the last lines it wrote; empty if it wrote none

  /// "ended with exit code 1: sluice-instance: ..."
  [[nodiscard]] std::string text() const;
};

/// What is to run. `directory` is the process's own: it works there, and there are `process` (who runs),
/// `process.lock`, `output` and `output.old`.
struct ProcessSettings {
  std::filesystem::path directory;   ///< made if it is missing; absolute
  std::vector<std::string> command;  ///< the program's path first, absolute; no line breaks, no secrets: all can see it
  std::vector<std::string> environment;  ///< "NAME=value", all it gets; see usual_environment()
};

/// PATH, and of ours TZ and LANG: nothing that could be a secret.
[[nodiscard]] std::vector<std::string> usual_environment();

/// A process that runs in a directory of its own and outlives us. Only one runs in a directory at a time, whoever
/// starts it: the process itself holds the lock (docs/decisions/0010). Dropping the object leaves the process alone.
///
/// Not safe for use by several threads at once. start() and find() block on the disk; the rest does not, but for the
/// output's tail, which is read once.
class InstanceProcess {
 public:
  /// Starts it. `before_program` is called with its number when it exists and its program has not run yet, to place it
  /// in a control group. ErrorKind::refused if a process runs in the directory.
  [[nodiscard]] static Result<InstanceProcess> start(const ProcessSettings& settings,
                                                     const std::function<void(pid_t)>& before_program = {});

  /// The process that runs in the directory, whoever started it, if there is one. ErrorKind::refused if one holds the
  /// lock that cannot be identified: then nothing may be started, and a person has to look.
  [[nodiscard]] static Result<std::optional<InstanceProcess>> find(const std::filesystem::path& directory);

  [[nodiscard]] const ProcessIdentity& identity() const { return identity_; }
  [[nodiscard]] pid_t pid() const { return identity_.pid; }

  /// Its pidfd: readable when it has ended.
  [[nodiscard]] int descriptor() const { return descriptor_.get(); }

  /// That it has ended already is no error.
  [[nodiscard]] Result<void> signal(int number) const;

  /// How it ended; nothing while it runs. Keeps the answer.
  [[nodiscard]] const std::optional<Ending>& ended();

 private:
  InstanceProcess(std::filesystem::path directory, ProcessIdentity identity, FileDescriptor descriptor);

  std::filesystem::path directory_;
  ProcessIdentity identity_;
  FileDescriptor descriptor_;
  std::optional<Ending> ending_;
};

}  // namespace sluice::supervise
