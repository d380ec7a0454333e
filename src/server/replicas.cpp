#include "server/replicas.h"

#include <algorithm>

#include "manage/cluster_view.h"
#include "manage/stored_options.h"
#include "metadb/servers.h"
#include "metadb/tenants.h"
#include "server/file_records.h"
#include "server/reporter.h"

namespace sluice::server {
namespace {

using metadb::InstanceState;

cluster::InstanceState to_state(const metadb::Instance& instance) {
  if (instance.wanted != metadb::Wanted::running) return cluster::InstanceState::stopped;
  switch (instance.state) {
    case InstanceState::running:
      return cluster::InstanceState::running;
    case InstanceState::failed:
      return cluster::InstanceState::failed;
    default:
      return cluster::InstanceState::starting;
  }
}

}  // namespace

cluster::ReplicaStatus status_of(const metadb::Instance& instance, const metadb::InstanceReport* report,
                                 std::optional<cluster::Milliseconds> silence) {
  cluster::ReplicaStatus status;
  status.instance = instance.name;
  status.state = to_state(instance);
  status.heartbeat_age = silence;
  if (report == nullptr) return status;
  status.end = end_of(*report);
  status.first_file = file_number(report->first_file);
  status.diverged = report->capture == differs_state;
  status.follows = report->capture == follows_state;
  status.capture_stopped = report->capture == stopped_state;
  if (waits_for_disk(report->capture)) status.disk_state = report->capture;
  if (report->disk_trouble_ms >= 0) status.disk_trouble = cluster::Milliseconds(report->disk_trouble_ms);
  if (report->unanswered_ms >= 0) status.unanswered = cluster::Milliseconds(report->unanswered_ms);
  return status;
}

cluster::LogPlace end_of(const metadb::InstanceReport& report) {
  return {.file = file_number(report.last_file), .offset = report.end_position};
}

Result<metadb::InstanceReport> report_of(metadb::MetaDb& database, const metadb::Instance& instance) {
  const auto reports = metadb::read_reports(database, instance.server);
  if (!reports) return std::unexpected(reports.error());
  const auto found = std::ranges::find(*reports, instance.name, &metadb::InstanceReport::name);
  if (found == reports->end()) return fail(ErrorKind::not_found, "its server has not told of it");
  return *found;
}

Result<bool> make_primary(metadb::MetaDb& database, const metadb::TenantName& tenant, const std::string& instance,
                          const metadb::Decision& decision) {
  const auto now = metadb::read_tenant(database, tenant);
  if (!now) return std::unexpected(now.error());
  return metadb::set_primary(database, tenant, now->epoch, instance, decision);
}

Result<bool> drop_later(metadb::MetaDb& database, const std::string& instance, const metadb::Decision& decision) {
  const auto values = manage::read_cluster_parameters(database);
  if (!values) return std::unexpected(values.error());
  const std::chrono::seconds defer(manage::EffectiveValues(*values, {}, {}).number("default_defer_drop_sec"));
  return metadb::drop_follower(database, instance, defer, decision);
}

Result<void> stand_in_for(metadb::MetaDb& database, const std::string& instance, const std::string& lost) {
  const auto row = metadb::read_instance(database, instance);
  if (!row) return std::unexpected(row.error());
  auto options = manage::parse_options(row->options);
  if (!options) return std::unexpected(std::move(options.error()));
  options->replaces.clear();
  options->stands_in_for = lost;
  const auto changed =
      metadb::set_instance_options(database, instance, row->options, manage::options_text(*options, row->options));
  if (!changed) return std::unexpected(changed.error());
  return {};
}

}  // namespace sluice::server
