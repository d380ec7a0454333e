#include "server/moves.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "base/log.h"
#include "manage/cluster_view.h"
#include "manage/stored_options.h"
#include "metadb/instances.h"
#include "metadb/servers.h"
#include "metadb/tenants.h"
#include "server/file_records.h"

namespace sluice::server {
namespace {

/// The end of a log.
std::tuple<std::uint64_t, std::uint64_t> end_of(const metadb::InstanceReport& report) {
  return {file_number(report.last_file), report.end_position};
}

/// What the server of an instance last said of it.
Result<metadb::InstanceReport> report_of(metadb::MetaDb& database, const metadb::Instance& instance) {
  const auto reports = metadb::read_reports(database, instance.server);
  if (!reports) return std::unexpected(reports.error());
  const auto found = std::ranges::find(*reports, instance.name, &metadb::InstanceReport::name);
  if (found == reports->end()) return fail(ErrorKind::not_found, "its server has not told of it");
  return *found;
}

/// The move is over: nothing is replaced any more.
Result<void> forget(metadb::MetaDb& database, const std::string& name) {
  const auto instance = metadb::read_instance(database, name);
  if (!instance) return std::unexpected(instance.error());
  auto options = manage::parse_options(instance->options);
  if (!options) return std::unexpected(std::move(options.error()));
  options->replaces.clear();
  const auto changed = metadb::set_instance_options(database, name, instance->options,
                                                    manage::options_text(*options, instance->options));
  if (!changed) return std::unexpected(changed.error());
  return {};
}

Result<void> finish(metadb::MetaDb& database, const InstanceKeeper::Running& own, const metadb::InstanceReport& report,
                    const std::string& server_id) {
  const auto former = metadb::read_instance(database, own.replaces);
  if (!former && former.error().kind != ErrorKind::not_found) return std::unexpected(former.error());
  if (!former || former->wanted == metadb::Wanted::dropped) return forget(database, own.name);
  const auto theirs = report_of(database, *former);
  if (!theirs) return std::unexpected(theirs.error());
  if (end_of(report) < end_of(*theirs)) return {};
  const metadb::Decision decision{.what = "rebalance",
                                  .who = "server " + server_id,
                                  .reason = fmt::format("{} has all of the log of {}", own.name, former->name)};
  if (former->is_primary) {
    const auto tenant = metadb::read_tenant(database, own.tenant);
    if (!tenant) return std::unexpected(tenant.error());
    const auto switched = metadb::set_primary(database, own.tenant, tenant->epoch, own.name, decision);
    if (!switched) return std::unexpected(switched.error());
    if (!*switched) return {};  // somebody else switched: the next look sees to it
  }
  const auto values = manage::read_cluster_parameters(database);
  if (!values) return std::unexpected(values.error());
  const std::chrono::seconds defer(manage::EffectiveValues(*values, {}, {}).number("default_defer_drop_sec"));
  const auto dropped = metadb::want_instance(database, former->name, metadb::Wanted::dropped, defer, decision);
  if (!dropped) return std::unexpected(dropped.error());
  log::info("instance {} of {} has taken the place of {}", own.name, metadb::to_text(own.tenant), former->name);
  return forget(database, own.name);
}

}  // namespace

void finish_moves(metadb::MetaDb& database, const std::vector<InstanceKeeper::Running>& running,
                  const std::vector<metadb::InstanceReport>& own_reports, const std::string& server_id) {
  for (const InstanceKeeper::Running& own : running) {
    if (own.replaces.empty() || own.state != metadb::InstanceState::running) continue;
    const auto report = std::ranges::find(own_reports, own.name, &metadb::InstanceReport::name);
    if (report == own_reports.end() || report->last_file.empty()) continue;
    if (auto done = finish(database, own, *report, server_id); !done) {
      log::warning("instance {} does not take the place of {} yet: {}", own.name, own.replaces, done.error().message);
    }
  }
}

}  // namespace sluice::server
