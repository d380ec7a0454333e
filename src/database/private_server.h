#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

#include "database/options.h"

namespace sluice::database {

/// What tests run on. MySQL is the one that tools/get_mysql97.sh unpacks.
enum class Kind : std::uint8_t { sqlite, mariadb, mysql97 };

/// For tests: a real MariaDB or MySQL in a temporary folder, on a unix socket alone, started when it is first asked for
/// and ended, by its pid, with the process.
class PrivateServer {
 public:
  /// The one of this process; not for sqlite. Look at unavailable() first.
  [[nodiscard]] static PrivateServer& instance(Kind kind);
  PrivateServer(const PrivateServer&) = delete;
  PrivateServer& operator=(const PrivateServer&) = delete;

  /// Why there is none; empty if it runs.
  [[nodiscard]] const std::string& unavailable() const { return unavailable_; }
  /// The account root, a database that is not there yet, and short limits.
  [[nodiscard]] Options fresh_database();
  /// Stops (SIGSTOP) or goes on.
  void freeze(bool frozen) const;
  void kill_and_restart();

 private:
  explicit PrivateServer(Kind kind);
  ~PrivateServer();
  [[nodiscard]] bool find_programs();
  [[nodiscard]] bool make_data();
  void start();
  void end();
  [[nodiscard]] bool becomes_ready() const;

  const Kind kind_;
  std::vector<std::string> program_;  ///< the words that start the server
  std::vector<std::string> install_;  ///< the words that make its data
  std::filesystem::path folder_;
  pid_t pid_ = -1;
  int databases_ = 0;
  std::string unavailable_;
};

}  // namespace sluice::database
