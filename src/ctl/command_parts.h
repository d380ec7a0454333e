#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "ctl/console.h"
#include "sql/management_statement.h"

namespace sluice::ctl {

/// Parts that several commands of the command line have. What is wrong on the command line is thrown as CLI11 wants it.

/// Makes `run(console, *options)` what the command line asks for once `command` was read. The command keeps `options`,
/// into which CLI11 writes.
template <typename Options, typename Run>
void when_chosen(CLI::App* command, Command& chosen, std::shared_ptr<Options> options, Run run) {
  command->callback([&chosen, options = std::move(options), run] {
    chosen = [options, run](Console& console) { return run(console, *options); };
  });
}

/// The same for commands that are one statement, which `write(*options)` gives.
template <typename Options, typename Write>
void sends(CLI::App* command, Command& chosen, std::shared_ptr<Options> options, Write write) {
  when_chosen(command, chosen, std::move(options),
              [write](Console& console, const Options& given) { return console.run(write(given)); });
}

/// A tenant as parse_tenant() reads it.
CLI::Option* add_tenant(CLI::App* command, const std::string& name, std::optional<sql::TenantName>& tenant);
CLI::Option* add_tenant(CLI::App* command, const std::string& name, sql::TenantName& tenant);

/// --ip, --zone, --region, --group: at most one.
void add_node_filter(CLI::App* command, std::optional<sql::NodeFilter>& filter);

/// --limit N
void add_limit(CLI::App* command, std::optional<sql::Limit>& limit);

/// Numbers from `lowest` on. Written with an upper end, because CLI11 takes -1 for the highest of all.
[[nodiscard]] CLI::Range whole_number_from(std::uint64_t lowest);

/// An option that people try to give a password with, and that says what to do `instead` without showing it.
void refuse_password(CLI::App* command, const std::string& name, const std::string& instead);

/// --now, --defer SECONDS: at most one.
void add_delay(CLI::App* command, sql::DropDelay& delay);

/// --cluster, --tenant c.t, --instance NAME: at most one; exactly one if `required`.
void add_level(CLI::App* command, sql::Level& level, bool required);

/// --option KEY=VALUE, any number of times.
void add_options(CLI::App* command, std::vector<sql::Option>& options);

/// Cuts KEY=VALUE at the first "="; `what` is the option's name for the message.
[[nodiscard]] sql::Option parse_option(const std::string& what, const std::string& text);

/// Each adds its commands to the program.
void add_overview_commands(CLI::App& program, Command& chosen);  ///< status, tenants
void add_show_commands(CLI::App& program, Command& chosen);      ///< nodes, instances, history, parameters, sql ...
void add_tenant_commands(CLI::App& program, Command& chosen);    ///< create, drop, set, switch, rebalance
void add_instance_commands(CLI::App& program, Command& chosen);  ///< start, stop, kill, purge ...
void add_account_commands(CLI::App& program, Command& chosen);   ///< users, create-user, password ...

}  // namespace sluice::ctl
