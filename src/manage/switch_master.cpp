#include <algorithm>

#include <fmt/format.h>

#include "manage/end_dumps.h"
#include "manage/refusal.h"
#include "manage/rows.h"
#include "manage/statements.h"
#include "metadb/instances.h"
#include "metadb/servers.h"

namespace sluice::manage {
namespace {

/// What its server has told of its log: one that has none, or another than the primary's, is no choice.
Result<void> check_log(metadb::MetaDb& database, const metadb::Instance& instance) {
  const auto reports = metadb::read_reports(database, instance.server);
  if (!reports) return std::unexpected(reports.error());
  const auto report = std::ranges::find(*reports, instance.name, &metadb::InstanceReport::name);
  if (report == reports->end()) return {};
  if (report->capture == "differs") return refuse("binlog instance has a log that differs from the master's");
  const bool follows = report->capture == "following" || report->capture == "reconnecting";
  if (report->last_file.empty() && follows) {
    return refuse("binlog instance has no log yet: wait until it has copied the master's");
  }
  return {};
}

}  // namespace

Done switch_master(const sql::SwitchMaster& change, const StatementContext& context) {
  const metadb::TenantName name = to_name(change.tenant);
  const auto tenant = metadb::read_tenant(context.metadb, name);
  if (!tenant && tenant.error().kind != ErrorKind::not_found) return std::unexpected(tenant.error());
  if (!tenant) return refuse(fmt::format("Tenant does not exist: {}", metadb::to_text(name)));
  const auto instances = metadb::list_instances(context.metadb, {.tenant = name});
  if (!instances) return std::unexpected(instances.error());
  const auto to = std::ranges::find(*instances, change.to.text, &metadb::Instance::name);
  if (to == instances->end()) {
    const auto elsewhere = metadb::read_instance(context.metadb, change.to.text);
    if (elsewhere) return refuse("binlog instance does not belong to tenant");
    return refuse("binlog instance does not exist or is not in running status");
  }
  if (to->state != metadb::InstanceState::running || to->wanted != metadb::Wanted::running) {
    return refuse("binlog instance does not exist or is not in running status");
  }
  if (to->is_primary) {
    context.warn(fmt::format("{} is the master instance already", to->name));
    return answers::SqlOk{.affected_rows = 0, .warnings = 1, .info = {}};
  }
  if (auto fit = check_log(context.metadb, *to); !fit) return std::unexpected(std::move(fit.error()));
  const metadb::Decision decision{.what = "switch primary",
                                  .who = context.who,
                                  .reason = change.full ? "SWITCH MASTER INSTANCE FULL" : "SWITCH MASTER INSTANCE"};
  const auto done = metadb::set_primary(context.metadb, name, tenant->epoch, to->name, decision);
  if (!done) return std::unexpected(done.error());
  if (!*done) {
    ++context.services.totals->switches_failed;
    return refuse("failed to switch master instance: somebody else did, or it has just stopped; look again");
  }
  ++context.services.totals->primaries_switched;
  const auto former = std::ranges::find(*instances, true, &metadb::Instance::is_primary);
  if (change.full && former != instances->end() && former->port != 0) {
    for (std::string& trouble : end_dumps(*former, *context.services.instances))
      context.warn(std::move(trouble));
  }
  context.services.changed();
  return answers::SqlOk{
      .affected_rows = 1, .warnings = static_cast<std::uint16_t>(context.diagnostics.size()), .info = {}};
}

}  // namespace sluice::manage
