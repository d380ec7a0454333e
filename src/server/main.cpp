#include <cerrno>
#include <cstdio>
#include <filesystem>

#include <CLI/CLI.hpp>
#include <signal.h>

#include "base/exit_code.h"
#include "base/log.h"
#include "server/server.h"

namespace {

using namespace sluice;

int complain(const Error& error) {
  std::fprintf(stderr, "sluiced: %s\n", error.message.c_str());
  return error.code == EADDRINUSE ? exit_address_in_use : exit_failed;
}

int serve(const std::string& config_file) {
  // Blocked before any thread starts, so that all inherit it; sigwait below takes them.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGHUP, SIG_IGN);  // there is nothing to read again

  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  auto config = server::load_config(config_file, program.parent_path());
  if (!config) return complain(config.error());
  log::open(config->log_file, config->log_debug ? log::Level::debug : log::Level::info);
  auto running = server::Server::start(std::move(*config));
  if (!running) return complain(running.error());
  int caught = 0;
  sigwait(&ends, &caught);
  log::info("stopping; the instances go on");
  (*running)->stop();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App program("sluiced: one server of a Binlog cluster: management statements, instances, and the way to them");
  program.set_version_flag("--version", SLUICE_VERSION);
  std::string config_file;
  program.add_option("--config", config_file, "configuration file (TOML)");
  CLI11_PARSE(program, argc, argv);
  if (config_file.empty()) return complain({ErrorKind::invalid, "--config FILE is missing; --help tells more"});
  return serve(config_file);
}
