#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/error.h"
#include "base/file_descriptor.h"

namespace sluice::supervise {

/// What a new process is made of.
struct Launch {
  std::vector<std::string> command;      ///< the program's path first
  std::vector<std::string> environment;  ///< "NAME=value", all it gets
  std::filesystem::path directory;       ///< where it works
  const FileDescriptor* output = nullptr;
  const FileDescriptor* lock = nullptr;  ///< stays open in it, as descriptor 3
};

struct Launched {
  pid_t pid = 0;
  FileDescriptor descriptor;  ///< its pidfd
};

/// Starts a process in a session of its own: nothing of ours stays open in it but output and lock, no signal of ours is
/// blocked, ignored or caught. Before its program runs it waits for `admit`, which is told its number and its start may
/// depend on: if `admit` fails, or we die in it, the process ends without having run the program. Blocks until the
/// program runs (10 seconds at most), or has failed to: then the process is gone, and the error names the program.
/// Any thread, several at once. SIGCHLD must not be ignored, and nobody else may reap all children.
[[nodiscard]] Result<Launched> launch(const Launch& what, const std::function<Result<void>(pid_t)>& admit);

}  // namespace sluice::supervise
