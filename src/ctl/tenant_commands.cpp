#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "ctl/characters.h"
#include "ctl/command_parts.h"
#include "ctl/passwords.h"
#include "ctl/primary_question.h"
#include "ctl/start_text.h"
#include "ctl/statements.h"
#include "ctl/tenant_text.h"

namespace sluice::ctl {
namespace {

constexpr std::uint32_t replicas_max = 1000;
constexpr std::uint32_t wait_max = 86400;  ///< seconds

struct Creation {
  sql::CreateBinlog create;
  sql::SourceUrl url;
  std::string account;
  std::string account_password_file;
  std::uint32_t wait = 0;  ///< seconds
};

/// Its trouble, or how it captures.
Outcome<Primary> look_at_primary(Session& session, const sql::TenantName& tenant) {
  auto primary = ask_primary(session, tenant);
  if (!primary || !primary->trouble.empty()) return primary;
  sql::ShowInstances show;
  show.tenant = tenant;
  const auto instances = session.ask(statement_of(show));
  if (!instances) return std::unexpected(instances.error());
  const auto primaries = primaries_in(*instances);
  if (!primaries) return std::unexpected(Failure{exit_refused, primaries.error().message, {}});
  const auto found = primaries->find(tenant);
  if (found != primaries->end()) primary->idle = found->second.idle;
  return primary;
}

int complain_of(const Primary& primary, const sql::TenantName& tenant, std::chrono::seconds patience) {
  const std::string name = visible(tenant_text(tenant));
  const bool runs = primary.trouble.empty();
  return Console::complain(
      {exit_refused,
       fmt::format("tenant {} was created, but {} after {} s: {}. \"sluicectl instances --tenant {}\" and \"sluicectl "
                   "history --tenant {}\" tell more",
                   name, runs ? "captures nothing" : "has no running primary", patience.count(),
                   runs ? primary.idle : primary.trouble, name, name),
       {}});
}

/// Asks until the tenant has a primary that runs and captures.
int wait_for_primary(Console& console, const sql::TenantName& tenant, std::chrono::seconds patience) {
  constexpr std::chrono::milliseconds pause(200);
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    const auto primary = look_at_primary(console.session(), tenant);
    if (!primary) return Console::complain(primary.error());
    if (primary->trouble.empty() && primary->idle.empty()) return exit_well;
    if (std::chrono::steady_clock::now() + pause > deadline) return complain_of(*primary, tenant, patience);
    std::this_thread::sleep_for(pause);
  }
}

int create(Console& console, const Creation& given) {
  sql::CreateBinlog create = given.create;
  create.options.cluster_url = given.url;
  if (!given.account.empty()) {
    auto password = read_password_file(given.account_password_file);
    if (!password) return Console::complain(password.error());
    create.options.account = sql::SourceAccount{.user = given.account, .password = std::move(*password)};
  }
  const int ended = console.run(statement_of(create));
  if (ended != exit_well || given.wait == 0) return ended;
  return wait_for_primary(console, create.tenant, std::chrono::seconds(given.wait));
}

void add_create(CLI::App& program, Command& chosen) {
  auto* const command = program.add_subcommand("create", "makes a tenant's log (CREATE BINLOG)");
  const auto creation = std::make_shared<Creation>();
  add_tenant(command, "tenant", creation->create.tenant);
  command->add_option("--url", creation->url.text, "where its database is: mysql://HOST:PORT,... or mariadb://...")
      ->required()
      ->type_name("URL");
  auto* const account =
      command->add_option("--account", creation->account, "the account there to read its changes with");
  auto* const file =
      command->add_option("--account-password-file", creation->account_password_file, "the file with its password");
  account->needs(file)->type_name("USER");
  file->needs(account)->type_name("FILE");
  refuse_password(command, "--account-password", "use --account-password-file");
  const auto take_start = [start = &creation->create.options.start](const std::string& text) {
    auto parsed = parse_start(text);
    if (!parsed) throw CLI::ValidationError("--from", parsed.error().message);
    *start = std::move(*parsed);
  };
  command
      ->add_option_function<std::string>("--from", take_start, "where the log begins: now, earliest, a time, gtid:SET")
      ->type_name("PLACE");
  command->add_option("--replicas", creation->create.replicate_num, "how many instances")
      ->check(CLI::Range(std::uint32_t{1}, replicas_max))
      ->type_name("N");
  add_options(command, creation->create.options.others);
  command->add_flag("--if-not-exists", creation->create.if_not_exists, "no error if it is there");
  command->add_option("--wait", creation->wait, "wait so long for its primary to run and to capture")
      ->check(CLI::Range(std::uint32_t{1}, wait_max))
      ->type_name("SECONDS");
  when_chosen(command, chosen, creation, create);
}

void add_drop(CLI::App& program, Command& chosen) {
  auto* const command = program.add_subcommand("drop", "removes a tenant's log (DROP BINLOG)");
  const auto drop = std::make_shared<sql::DropBinlog>();
  add_tenant(command, "tenant", drop->tenant);
  add_delay(command, drop->delay);
  command->add_flag("--if-exists", drop->if_exists, "no error if there is none");
  sends(command, chosen, drop, [](const sql::DropBinlog& given) { return statement_of(given); });
}

void add_set(CLI::App& program, Command& chosen) {
  auto* const command = program.add_subcommand("set", "changes parameters (ALTER BINLOG ... SET)");
  const auto set = std::make_shared<sql::SetParameters>();
  const auto take = [changes = &set->changes](const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
      sql::Option option = parse_option("parameter", text);
      sql::ParameterChange& change =
          changes->emplace_back(sql::ParameterChange{.key = std::move(option.key), .value = {}});
      if (option.value != "DEFAULT") change.value = std::move(option.value);
    }
  };
  command->add_option_function<std::vector<std::string>>("parameter", take, "KEY=DEFAULT takes a value back")
      ->required()
      ->type_name("KEY=VALUE");
  add_level(command, set->level, true);
  sends(command, chosen, set, [](const sql::SetParameters& given) { return statement_of(given); });
}

void add_switch(CLI::App& program, Command& chosen) {
  auto* const command = program.add_subcommand("switch", "makes an instance the primary (SWITCH MASTER INSTANCE)");
  const auto change = std::make_shared<sql::SwitchMaster>();
  command->add_option("instance", change->to.text, "the instance")->required()->type_name("INSTANCE");
  add_tenant(command, "--tenant", change->tenant);
  command->add_flag("--full", change->full, "ends the subscribers' connections to the former one");
  sends(command, chosen, change, [](const sql::SwitchMaster& given) { return statement_of(given); });
}

void add_rebalance(CLI::App& program, Command& chosen) {
  auto* const command = program.add_subcommand("rebalance", "spreads the instances anew (REBALANCE BINLOG)");
  const auto rebalance = std::make_shared<sql::RebalanceBinlog>();
  command->add_flag("--dry-run", rebalance->dry_run, "only says what would be moved");
  sends(command, chosen, rebalance, [](const sql::RebalanceBinlog& given) { return statement_of(given); });
}

}  // namespace

void add_tenant_commands(CLI::App& program, Command& chosen) {
  add_create(program, chosen);
  add_drop(program, chosen);
  add_set(program, chosen);
  add_switch(program, chosen);
  add_rebalance(program, chosen);
}

}  // namespace sluice::ctl
