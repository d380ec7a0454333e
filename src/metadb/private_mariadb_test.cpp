#include "metadb/private_mariadb.h"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sluice::metadb {
namespace {

constexpr const char* server_program = "/usr/sbin/mariadbd";
constexpr const char* install_program = "/usr/bin/mariadb-install-db";
constexpr std::chrono::seconds ready_limit{60};

// Whatever becomes of the test, the program ends with the thread that started it.
pid_t run_program(std::vector<std::string> words, const std::filesystem::path& log) {
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  std::vector<char*> arguments;
  for (std::string& word : words) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);
  ::execv(arguments.front(), arguments.data());
  ::_exit(127);
}

}  // namespace

PrivateMariaDb& PrivateMariaDb::instance() {
  static PrivateMariaDb server;
  return server;
}

PrivateMariaDb::PrivateMariaDb() {
  if (::access(server_program, X_OK) != 0 || ::access(install_program, X_OK) != 0) {
    unavailable_ = "mariadbd or mariadb-install-db is missing: install mariadb-server";
    return;
  }
  std::string name = (std::filesystem::temp_directory_path() / "metadb_mariadb_XXXXXX").string();
  folder_ = ::mkdtemp(name.data());
  const pid_t install = run_program({install_program, "--no-defaults", "--datadir=" + (folder_ / "data").string(),
                                     "--user=root", "--skip-test-db", "--auth-root-authentication-method=normal"},
                                    folder_ / "install.log");
  int status = 0;
  ::waitpid(install, &status, 0);
  if (status != 0) {
    unavailable_ = fmt::format("mariadb-install-db failed with status {}; see {}", status, folder_.string());
    return;
  }
  start();
}

PrivateMariaDb::~PrivateMariaDb() {
  end();
  std::error_code ignored;
  if (unavailable_.empty() && !folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

void PrivateMariaDb::start() {
  pid_ = run_program({server_program, "--no-defaults", "--user=root", "--datadir=" + (folder_ / "data").string(),
                      "--socket=" + (folder_ / "sql.sock").string(), "--skip-networking",
                      "--pid-file=" + (folder_ / "server.pid").string(), "--innodb-buffer-pool-size=32M",
                      "--innodb-flush-log-at-trx-commit=2", "--innodb-lock-wait-timeout=3"},
                     folder_ / "server.log");
  if (!becomes_ready()) unavailable_ = "mariadbd did not become ready; see " + (folder_ / "server.log").string();
}

bool PrivateMariaDb::becomes_ready() const {
  const auto deadline = std::chrono::steady_clock::now() + ready_limit;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  (folder_ / "sql.sock").string().copy(address.sun_path, sizeof address.sun_path - 1);
  while (std::chrono::steady_clock::now() < deadline && ::waitpid(pid_, nullptr, WNOHANG) == 0) {
    const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool answered = ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(probe);
    if (answered) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

void PrivateMariaDb::end() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void PrivateMariaDb::kill_and_restart() {
  end();
  start();
}

void PrivateMariaDb::freeze(bool frozen) const {
  ::kill(pid_, frozen ? SIGSTOP : SIGCONT);
}

Options PrivateMariaDb::fresh_database() {
  MySqlAddress address;
  address.unix_socket = (folder_ / "sql.sock").string();
  address.user = "root";
  address.database = fmt::format("binlog_database_{}", ++databases_);
  return {.address = address,
          .connect_limit = std::chrono::seconds(5),
          .read_limit = std::chrono::seconds(5),
          .write_limit = std::chrono::seconds(5)};
}

}  // namespace sluice::metadb
