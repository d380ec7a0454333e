#include <cerrno>
#include <cstdio>
#include <iostream>

#include <CLI/CLI.hpp>
#include <signal.h>
#include <unistd.h>

#include "base/exit_code.h"
#include "base/log.h"
#include "boundary/file_boundary.h"
#include "instance/instance.h"
#include "listen/accounts.h"

namespace {

using namespace sluice;

int complain(const Error& error) {
  std::fprintf(stderr, "sluice-instance: %s\n", error.message.c_str());
  return error.code == EADDRINUSE ? exit_address_in_use : exit_failed;
}

/// SIGHUP: accounts, or who is primary, may have changed. What is wrong with the file is told in the log, and all stays
/// as it was.
void change_configuration(instance::Instance& running, const std::string& config_file) {
  log::info("SIGHUP: reading {} again, for accounts, trusted addresses and the primary", config_file);
  const auto config = instance::load_config(config_file);
  const auto changed = config ? running.change_configuration(*config) : std::unexpected(config.error());
  if (!changed) log::error("the configuration was refused and everything stays as it was: {}", changed.error().message);
}

int serve(const std::string& config_file) {
  // Blocked before any thread starts, so that all inherit it; sigwait below takes them.
  sigset_t taken;
  sigemptyset(&taken);
  for (const int one : {SIGINT, SIGTERM, SIGHUP})
    sigaddset(&taken, one);
  pthread_sigmask(SIG_BLOCK, &taken, nullptr);
  signal(SIGPIPE, SIG_IGN);

  auto config = instance::load_config(config_file);
  if (!config) return complain(config.error());
  log::open(config->log_file, config->log_debug ? log::Level::debug : log::Level::info);
  auto running = instance::Instance::start(std::move(*config), [] { ::kill(::getpid(), SIGTERM); });
  if (!running) return complain(running.error());
  for (int caught = SIGHUP; caught == SIGHUP;) {
    sigwait(&taken, &caught);
    if (caught == SIGHUP) change_configuration(**running, config_file);
  }
  log::info("stopping");
  (*running)->stop();
  if (!(*running)->must_copy_anew()) return 0;
  return complain({ErrorKind::corrupt,
                   "the log is not the beginning of its primary's; the next start puts it aside and copies that"});
}

int hash_password() {
  std::string password;
  std::getline(std::cin, password);
  const auto lines = listen::account_lines(password);
  if (!lines) return complain(lines.error());
  std::fputs(lines->c_str(), stdout);
  return 0;
}

int print_boundary(const std::string& directory, std::uint64_t file) {
  const auto text = boundary::describe_boundary(directory, file);
  if (!text) return complain(text.error());
  std::fputs(text->c_str(), stdout);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App program("sluice-instance: turns one database tenant's changes into a MySQL binlog and serves it");
  program.set_version_flag("--version", SLUICE_VERSION);
  std::string config_file;
  program.add_option("--config", config_file, "configuration file (TOML)");
  auto* hash = program.add_subcommand("hash-password", "read a password from standard input, print an account's lines");
  std::string directory;
  std::uint64_t file = 0;
  auto* describe =
      program.add_subcommand("boundary", "print where a log file begins, for an instance that shall write it anew");
  describe->add_option("--binlog", directory, "the binlog directory")->required();
  describe->add_option("--file", file, "the file's number")->required();
  CLI11_PARSE(program, argc, argv);

  if (hash->parsed()) return hash_password();
  if (describe->parsed()) return print_boundary(directory, file);
  if (config_file.empty()) return complain({ErrorKind::invalid, "--config FILE is missing; --help tells more"});
  return serve(config_file);
}
