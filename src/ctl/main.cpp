#include <cstdio>
#include <optional>

#include <CLI/CLI.hpp>

#include "ctl/characters.h"
#include "ctl/command_parts.h"
#include "ctl/console.h"
#include "ctl/defaults.h"
#include "ctl/passwords.h"
#include "ctl/session.h"
#include "mysql/server_address.h"

namespace {

using namespace sluice;
using namespace sluice::ctl;

constexpr std::uint16_t default_server_port = 2983;
constexpr std::uint32_t timeout_max = 86400;  // seconds
constexpr std::uint32_t connect_seconds_max = 10;

/// What the command line says about the connection and the output.
struct Settings {
  std::optional<std::string> host;
  std::optional<std::uint16_t> port;
  std::optional<std::string> user;
  std::string password_file;
  std::string defaults_file;
  std::uint32_t timeout = 60;  // seconds
  Style style;
  bool table = false;  ///< as it is anyway
};

void add_settings(CLI::App& program, Settings& settings) {
  refuse_password(&program, "--password,-p", "use --password-file or SLUICE_PASSWORD, or wait to be asked");
  program.add_option("--host", settings.host, "the server to ask; any of the cluster (127.0.0.1)")->type_name("HOST");
  program.add_option("--port", settings.port, "its port (2983)")->check(CLI::Range(1, 65535))->type_name("PORT");
  program.add_option("--user", settings.user, "who logs in (admin)")->type_name("USER");
  program
      .add_option("--password-file", settings.password_file,
                  "the file with the password; otherwise SLUICE_PASSWORD, or it is asked for")
      ->type_name("FILE");
  program
      .add_option("--defaults", settings.defaults_file, "TOML with host, port, user, password_file (~/.sluicectl.toml)")
      ->type_name("FILE");
  program.add_option("--timeout", settings.timeout, "how long an answer may take (60)")
      ->check(CLI::Range(std::uint32_t{1}, timeout_max))
      ->type_name("SECONDS");
  auto* const json = program.add_flag("--json", settings.style.json, "an array of objects");
  auto* const table = program.add_flag("--table", settings.table, "a table, which is what is written anyway");
  auto* const vertical = program.add_flag("--vertical", settings.style.table.vertical, "a line a value");
  program.add_flag("--full", settings.style.table.full, "long values are not cut");
  json->excludes(table)->excludes(vertical);
}

Outcome<mysql::ClientOptions> client_options(const Settings& settings) {
  const auto defaults = load_defaults(settings.defaults_file);
  if (!defaults) return std::unexpected(defaults.error());
  const std::string host = settings.host.value_or(defaults->host.value_or("127.0.0.1"));
  const std::uint16_t port = settings.port.value_or(defaults->port.value_or(default_server_port));
  mysql::ClientOptions options;
  const bool bare_ipv6 = host.find(':') != std::string::npos && !host.starts_with('[');
  options.address = (bare_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
  if (const auto address = mysql::parse_server_address(options.address); !address || address->port != port) {
    return usage_failure("--host: no name and no address of a server");
  }
  options.user = settings.user.value_or(defaults->user.value_or("admin"));
  options.answer_deadline = std::chrono::seconds(settings.timeout);
  options.connect_deadline = std::chrono::seconds(std::min(settings.timeout, connect_seconds_max));
  auto password = login_password(settings.password_file, defaults->password_file.value_or(""),
                                 "Password of " + visible(options.user) + " at " + visible(options.address));
  if (!password) return std::unexpected(password.error());
  options.password = std::move(*password);
  return options;
}

/// What nobody knows on the command line, without values: one may be a password in the wrong place.
std::string unknown_arguments(const CLI::App& program) {
  std::string names;
  for (const std::string& argument : program.remaining(true)) {
    if (argument.starts_with('-')) names += " " + visible(argument.substr(0, argument.find('=')));
  }
  return names.empty() ? "there are more arguments than the command takes" : "not known here:" + names;
}

int run(const Settings& settings, const Command& command) {
  auto options = client_options(settings);
  if (!options) return Console::complain(options.error());
  auto session = Session::open(std::move(*options));
  if (!session) return Console::complain(session.error());
  Console console(*session, settings.style);
  const int ended = command(console);
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return ended;
  say("the answer could not be written to standard output");
  return ended == exit_well ? exit_refused : ended;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App program("sluicectl: asks and commands a Binlog cluster, at any of its servers");
  program.set_version_flag("--version", SLUICE_VERSION);
  program.fallthrough();
  program.require_subcommand(1);
  Settings settings;
  Command command;
  add_settings(program, settings);
  add_overview_commands(program, command);
  add_show_commands(program, command);
  add_tenant_commands(program, command);
  add_instance_commands(program, command);
  add_account_commands(program, command);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ExtrasError&) {
    return Console::complain({exit_usage, unknown_arguments(program) + ". --help tells more", {}});
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? exit_well : exit_usage;
  }
  return run(settings, command);
}
