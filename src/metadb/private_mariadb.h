#pragma once

#include <filesystem>
#include <string>

#include <sys/types.h>

#include "metadb/options.h"

namespace sluice::metadb {

/// For tests: a real MariaDB in a temporary folder, on a unix socket alone, started when it is first asked for and
/// ended, by its pid, with the process.
class PrivateMariaDb {
 public:
  /// The one of this process. Look at unavailable() first.
  [[nodiscard]] static PrivateMariaDb& instance();
  PrivateMariaDb(const PrivateMariaDb&) = delete;
  PrivateMariaDb& operator=(const PrivateMariaDb&) = delete;

  /// Why there is none; empty if it runs.
  [[nodiscard]] const std::string& unavailable() const { return unavailable_; }
  /// The account root, a database that is not there yet, and short limits.
  [[nodiscard]] Options fresh_database();
  /// Stops (SIGSTOP) or goes on.
  void freeze(bool frozen) const;
  void kill_and_restart();

 private:
  PrivateMariaDb();
  ~PrivateMariaDb();
  void start();
  void end();
  [[nodiscard]] bool becomes_ready() const;

  std::filesystem::path folder_;
  pid_t pid_ = -1;
  int databases_ = 0;
  std::string unavailable_;
};

}  // namespace sluice::metadb
