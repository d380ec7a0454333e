#include "database/private_server.h"

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

namespace sluice::database {
namespace {

constexpr std::chrono::seconds ready_limit{90};

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

std::filesystem::path tools_folder() {
  const char* folder = std::getenv("SLUICE_TOOLS");
  return folder != nullptr ? folder : SLUICE_SOURCE_DIR "/.tools";
}

std::vector<std::string> joined(std::vector<std::string> words, const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

PrivateServer& PrivateServer::instance(Kind kind) {
  static PrivateServer mariadb(Kind::mariadb);
  if (kind == Kind::mariadb) return mariadb;
  static PrivateServer mysql(Kind::mysql97);
  return mysql;
}

PrivateServer::PrivateServer(Kind kind) : kind_(kind) {
  if (!find_programs()) return;
  std::string name = (std::filesystem::temp_directory_path() / "metadb_server_XXXXXX").string();
  folder_ = ::mkdtemp(name.data());
  std::filesystem::create_directory(folder_ / "tmp");
  if (make_data()) start();
}

PrivateServer::~PrivateServer() {
  end();
  std::error_code ignored;
  if (unavailable_.empty() && !folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

bool PrivateServer::find_programs() {
  if (kind_ == Kind::mariadb) {
    program_ = {"/usr/sbin/mariadbd", "--no-defaults"};
    install_ = {"/usr/bin/mariadb-install-db", "--no-defaults", "--skip-test-db",
                "--auth-root-authentication-method=normal"};
    if (::access(program_.front().c_str(), X_OK) == 0 && ::access(install_.front().c_str(), X_OK) == 0) return true;
    unavailable_ = "mariadbd or mariadb-install-db is missing: install mariadb-server";
    return false;
  }
  const std::filesystem::path home = tools_folder() / "mysql97";
  const std::string base = (home / "root" / "usr").string();
  program_ = {(home / "my9").string(),
              "usr/sbin/mysqld",
              "--no-defaults",
              "--basedir=" + base,
              "--lc-messages-dir=" + base + "/share/mysql",
              "--character-sets-dir=" + base + "/share/mysql/charsets"};
  install_ = joined(program_, {"--initialize-insecure", "--innodb-redo-log-capacity=64M"});
  if (std::filesystem::exists(home / "version")) return true;
  unavailable_ = "MySQL 9.7 is not in " + home.string() + ": run tools/get_mysql97.sh";
  return false;
}

// A tmpdir of its own: a MariaDB that starts deletes the temporary tables it finds there, those of another too.
bool PrivateServer::make_data() {
  const pid_t install = run_program(joined(install_, {"--datadir=" + (folder_ / "data").string(),
                                                      "--tmpdir=" + (folder_ / "tmp").string(), "--user=root"}),
                                    folder_ / "install.log");
  int status = 0;
  ::waitpid(install, &status, 0);
  if (status == 0) return true;
  unavailable_ = fmt::format("its data could not be made (status {}); see {}", status, folder_.string());
  return false;
}

void PrivateServer::start() {
  std::vector<std::string> words = joined(
      program_, {"--user=root", "--datadir=" + (folder_ / "data").string(), "--tmpdir=" + (folder_ / "tmp").string(),
                 "--socket=" + (folder_ / "sql.sock").string(), "--skip-networking",
                 "--pid-file=" + (folder_ / "server.pid").string(), "--innodb-buffer-pool-size=32M",
                 "--innodb-flush-log-at-trx-commit=2", "--innodb-lock-wait-timeout=3"});
  if (kind_ == Kind::mysql97)
    words = joined(words, {"--mysqlx=OFF", "--performance-schema=OFF", "--secure-file-priv=NULL", "--sync-binlog=0"});
  pid_ = run_program(std::move(words), folder_ / "server.log");
  if (!becomes_ready()) unavailable_ = "it did not become ready; see " + (folder_ / "server.log").string();
}

bool PrivateServer::becomes_ready() const {
  const auto deadline = std::chrono::steady_clock::now() + ready_limit;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  (folder_ / "sql.sock").string().copy(address.sun_path, sizeof address.sun_path - 1);
  while (std::chrono::steady_clock::now() < deadline) {
    siginfo_t ended{};  // left to be waited for by end(), so that the pid stays ours
    ::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT);
    if (ended.si_pid != 0) return false;
    const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool answered = ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(probe);
    if (answered) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

void PrivateServer::end() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void PrivateServer::kill_and_restart() {
  end();
  start();
}

void PrivateServer::freeze(bool frozen) const {
  ::kill(pid_, frozen ? SIGSTOP : SIGCONT);
  int status = 0;
  if (frozen) ::waitpid(pid_, &status, WUNTRACED);  // until every thread of it stands still
}

Options PrivateServer::fresh_database() {
  MySqlAddress address;
  address.unix_socket = (folder_ / "sql.sock").string();
  address.user = "root";
  address.database = fmt::format("binlog_database_{}", ++databases_);
  return {.address = address,
          .connect_limit = std::chrono::seconds(5),
          .read_limit = std::chrono::seconds(5),
          .write_limit = std::chrono::seconds(5)};
}

}  // namespace sluice::database
