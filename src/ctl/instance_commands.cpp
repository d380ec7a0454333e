#include "ctl/command_parts.h"
#include "ctl/statements.h"

namespace sluice::ctl {
namespace {

void add_name(CLI::App* command, sql::InstanceName& name) {
  command->add_option("instance", name.text, "the instance")->required()->type_name("INSTANCE");
}

void add_owner(CLI::App* command, sql::InstanceName& name) {
  command->add_option("--instance", name.text, "the instance")->required()->type_name("NAME");
}

void add_create(CLI::App& program, Command& chosen) {
  auto* const command = program.add_subcommand("create-instance", "one replica more (CREATE BINLOG INSTANCE)");
  const auto create = std::make_shared<sql::CreateInstance>();
  add_name(command, create->name);
  add_tenant(command, "--tenant", create->tenant);
  add_options(command, create->options.others);
  sends(command, chosen, create, [](const sql::CreateInstance& given) { return statement_of(given); });
}

void add_run(CLI::App& program, Command& chosen, bool start) {
  auto* const command = start ? program.add_subcommand("start", "starts an instance (START BINLOG INSTANCE)")
                              : program.add_subcommand("stop", "stops an instance (STOP BINLOG INSTANCE)");
  const auto run = std::make_shared<sql::RunInstance>();
  run->start = start;
  add_name(command, run->name);
  sends(command, chosen, run, [](const sql::RunInstance& given) { return statement_of(given); });
}

void add_drop(CLI::App& program, Command& chosen) {
  auto* const command = program.add_subcommand("drop-instance", "removes an instance (DROP BINLOG INSTANCE)");
  const auto drop = std::make_shared<sql::DropInstance>();
  add_name(command, drop->name);
  command->add_flag("--force", drop->force, "though it runs");
  add_delay(command, drop->delay);
  sends(command, chosen, drop, [](const sql::DropInstance& given) { return statement_of(given); });
}

struct Killing {
  sql::InstanceName instance;
  std::uint64_t id = 0;
  bool query_only = false;
};

void add_kill(CLI::App& program, Command& chosen) {
  auto* const command = program.add_subcommand("kill", "ends a connection to an instance (KILL)");
  const auto killing = std::make_shared<Killing>();
  command->add_option("id", killing->id, "its number, as \"processes\" tells")
      ->check(whole_number_from(1))
      ->required()
      ->type_name("ID");
  add_owner(command, killing->instance);
  command->add_flag("--query", killing->query_only, "only what it is doing");
  sends(command, chosen, killing,
        [](const Killing& given) { return kill(given.instance, given.id, given.query_only); });
}

struct Purge {
  sql::InstanceName instance;
  std::optional<std::string> file;
  std::optional<std::string> time;
};

void add_purge(CLI::App& program, Command& chosen) {
  auto* const command = program.add_subcommand("purge", "removes log files of an instance (PURGE BINARY LOGS)");
  const auto purge = std::make_shared<Purge>();
  add_owner(command, purge->instance);
  auto* const group = command->add_option_group("which", "one of");
  group->add_option("--to", purge->file, "the files before this one")->type_name("FILE");
  group->add_option("--before", purge->time, "the files older than this: \"2026-11-22 10:00:00\"")->type_name("TIME");
  group->require_option(1);
  sends(command, chosen, purge, [](const Purge& given) {
    return given.file ? purge_to(given.instance, *given.file) : purge_before(given.instance, given.time.value_or(""));
  });
}

}  // namespace

void add_instance_commands(CLI::App& program, Command& chosen) {
  add_run(program, chosen, true);
  add_run(program, chosen, false);
  add_create(program, chosen);
  add_drop(program, chosen);
  add_kill(program, chosen);
  add_purge(program, chosen);
}

}  // namespace sluice::ctl
