#include <fmt/format.h>

#include "ctl/characters.h"
#include "ctl/command_parts.h"
#include "ctl/json.h"
#include "ctl/overview.h"
#include "ctl/primary_question.h"
#include "ctl/statements.h"

namespace sluice::ctl {
namespace {

struct Nothing {};

Outcome<Overview> gather(Session& session) {
  const auto wrong = [](const Error& error) { return std::unexpected(Failure{exit_refused, error.message, {}}); };
  const auto nodes = session.ask(statement_of(sql::ShowNodes{}));
  if (!nodes) return std::unexpected(nodes.error());
  const auto instances = session.ask(statement_of(sql::ShowInstances{}));
  if (!instances) return std::unexpected(instances.error());
  auto primaries = primaries_in(*instances);
  if (!primaries) return wrong(primaries.error());
  for (auto& [tenant, primary] : *primaries) {
    if (primary.trouble.empty()) continue;
    auto asked = ask_primary(session, tenant);
    if (!asked) return std::unexpected(asked.error());
    primary = std::move(*asked);
  }
  auto overview = make_overview(*nodes, *instances, *primaries);
  if (!overview) return wrong(overview.error());
  return std::move(*overview);
}

void write_json(const Overview& overview) {
  std::string troubles;
  for (const std::string& trouble : overview.troubles) {
    troubles += (troubles.empty() ? "" : ", ") + json_of(trouble);
  }
  fmt::print("{{\"well\": {},\n\"troubles\": [{}],\n\"nodes\": {},\n\"tenants\": {},\n\"not_running\": {}}}\n",
             overview.troubles.empty(), troubles, render_json(overview.nodes), render_json(overview.tenants),
             render_json(overview.not_running));
}

void write_tables(const Console& console, const Overview& overview) {
  fmt::print("Servers\n");
  console.write(overview.nodes);
  fmt::print("\nTenants\n");
  console.write(overview.tenants);
  if (!overview.not_running.rows.empty()) {
    fmt::print("\nInstances not running\n");
    console.write(overview.not_running);
  }
  fmt::print("\n{}\n", overview.troubles.empty() ? "All is well." : "Not well:");
  for (const std::string& trouble : overview.troubles) {
    fmt::print("  {}\n", visible(trouble));
  }
}

int status(Console& console, const Nothing&) {
  const auto overview = gather(console.session());
  if (!overview) return Console::complain(overview.error());
  if (console.style().json) {
    write_json(*overview);
  } else {
    write_tables(console, *overview);
  }
  return overview->troubles.empty() ? exit_well : exit_refused;
}

int tenants(Console& console, const Nothing&) {
  const auto overview = gather(console.session());
  if (!overview) return Console::complain(overview.error());
  console.write(overview->tenants);
  return exit_well;
}

}  // namespace

void add_overview_commands(CLI::App& program, Command& chosen) {
  when_chosen(program.add_subcommand("status", "the whole cluster at a glance; ends with 1 when something is not well"),
              chosen, std::make_shared<Nothing>(), status);
  when_chosen(program.add_subcommand("tenants", "the tenants, their primaries and how many instances run"), chosen,
              std::make_shared<Nothing>(), tenants);
}

}  // namespace sluice::ctl
