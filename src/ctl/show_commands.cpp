#include "ctl/command_parts.h"
#include "ctl/statements.h"

namespace sluice::ctl {
namespace {

void add_nodes(CLI::App& program, Command& chosen) {
  auto* const command = program.add_subcommand("nodes", "the servers (SHOW NODES)");
  const auto show = std::make_shared<sql::ShowNodes>();
  add_node_filter(command, show->from);
  sends(command, chosen, show, [](const sql::ShowNodes& given) { return statement_of(given); });
}

void add_instances(CLI::App& program, Command& chosen) {
  auto* const command = program.add_subcommand("instances", "the Binlog instances (SHOW BINLOG INSTANCES)");
  const auto show = std::make_shared<sql::ShowInstances>();
  const auto take = [names = &show->names](const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
      names->push_back({text});
    }
  };
  auto* const names =
      command->add_option_function<std::vector<std::string>>("name", take, "only these")->type_name("NAME");
  auto* const tenant = add_tenant(command, "--tenant", show->tenant)->excludes(names);
  add_node_filter(command, show->from);
  command->get_option_group("servers")->excludes(names);
  command->get_option_group("servers")->excludes(tenant);
  command->add_flag("--history", show->history, "those that were dropped too");
  add_limit(command, show->limit);
  sends(command, chosen, show, [](const sql::ShowInstances& given) { return statement_of(given); });
}

void add_history(CLI::App& program, Command& chosen) {
  auto* const command = program.add_subcommand("history", "what was decided and why (SHOW BINLOG HISTORY)");
  const auto show = std::make_shared<sql::ShowBinlogHistory>();
  add_tenant(command, "--tenant", show->tenant);
  add_limit(command, show->limit);
  sends(command, chosen, show, [](const sql::ShowBinlogHistory& given) { return statement_of(given); });
}

struct ParametersWanted {
  std::optional<std::string> like;
  sql::Level level;
};

void add_parameters(CLI::App& program, Command& chosen) {
  auto* const command = program.add_subcommand("parameters", "what may be set, and what it is (SHOW PARAMETERS)");
  const auto wanted = std::make_shared<ParametersWanted>();
  command->add_option("--like", wanted->like, "only those like this: % stands for anything")->type_name("PATTERN");
  add_level(command, wanted->level, false);
  sends(command, chosen, wanted,
        [](const ParametersWanted& given) { return show_parameters(given.like, given.level); });
}

/// SHOW PROCESSLIST or DUMPLIST of an instance; FULL where all of long values is wished for.
void add_list(CLI::App& program, Command& chosen, const std::string& name, const std::string& description,
              std::string (*write)(const sql::InstanceName&, bool)) {
  auto* const command = program.add_subcommand(name, description);
  const auto instance = std::make_shared<sql::InstanceName>();
  command->add_option("instance", instance->text, "the instance")->required()->type_name("INSTANCE");
  when_chosen(command, chosen, instance, [write](Console& console, const sql::InstanceName& given) {
    return console.run(write(given, console.style().table.full));
  });
}

void add_sql(CLI::App& program, Command& chosen) {
  auto* const command = program.add_subcommand("sql", "any other statement, sent as it is");
  const auto statement = std::make_shared<std::string>();
  command->add_option("statement", *statement, "the statement")->required()->type_name("STATEMENT");
  sends(command, chosen, statement, [](const std::string& given) { return given; });
}

}  // namespace

void add_show_commands(CLI::App& program, Command& chosen) {
  add_nodes(program, chosen);
  add_instances(program, chosen);
  add_history(program, chosen);
  add_parameters(program, chosen);
  add_list(program, chosen, "processes", "the connections of an instance (SHOW PROCESSLIST)", show_processes);
  add_list(program, chosen, "dumps", "the subscribers of an instance (SHOW BINLOG DUMPLIST)", show_dumps);
  add_sql(program, chosen);
}

}  // namespace sluice::ctl
