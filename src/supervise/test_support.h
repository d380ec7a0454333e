#pragma once

// What tests of processes share.

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <thread>

#include <gtest/gtest.h>

#include "supervise/instance_process.h"

namespace sluice::supervise {

/// A directory of its own. Processes of its subdirectories are ended with it.
class Directory {
 public:
  Directory() {
    char name[] = "/tmp/sluice-supervise-XXXXXX";
    path = ::mkdtemp(name);
  }
  ~Directory() {
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      auto left = entry.is_directory() ? InstanceProcess::find(entry.path()) : std::nullopt;
      if (left && *left) (void)(*left)->signal(SIGKILL);
    }
    std::error_code error;
    std::filesystem::remove_all(path, error);
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  std::filesystem::path path;
};

inline ProcessSettings shell(const std::filesystem::path& directory, const std::string& script) {
  return {directory, {"/bin/sh", "-c", script}, usual_environment()};
}

inline ProcessSettings sleeper(const std::filesystem::path& directory) {
  return {directory, {"/bin/sleep", "1000"}, usual_environment()};
}

inline bool within(std::chrono::milliseconds limit, const std::function<bool()>& is_so) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

/// How it ended; fails the test if it does not within 10 seconds.
inline Ending ending_of(InstanceProcess& process) {
  EXPECT_TRUE(within(std::chrono::seconds(10), [&] { return process.ended().has_value(); }));
  return process.ended().value_or(Ending());
}

}  // namespace sluice::supervise
