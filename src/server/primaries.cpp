#include "server/primaries.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/log.h"
#include "cluster/failover.h"
#include "metadb/instances.h"
#include "metadb/servers.h"
#include "metadb/tenants.h"
#include "server/file_records.h"

namespace sluice::server {
namespace {

using metadb::InstanceState;

struct View {
  std::map<std::string, metadb::Server> servers;
  std::map<std::string, metadb::InstanceReport> reports;
};

Result<View> read_view(metadb::MetaDb& database) {
  View view;
  const auto servers = metadb::list_servers(database, metadb::ServerDetail::liveness);
  if (!servers) return std::unexpected(servers.error());
  for (const metadb::Server& server : *servers)
    view.servers[server.identity.id] = server;
  const auto reports = metadb::list_reports(database);
  if (!reports) return std::unexpected(reports.error());
  for (const metadb::ServerReports& server : *reports) {
    for (const metadb::InstanceReport& report : server.instances)
      view.reports[report.name] = report;
  }
  return view;
}

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

cluster::ReplicaStatus to_status(const metadb::Instance& instance, const View& view) {
  cluster::ReplicaStatus status;
  status.instance = instance.name;
  status.state = to_state(instance);
  const auto server = view.servers.find(instance.server);
  if (server != view.servers.end()) {
    const metadb::ServerState state = server->second.state;
    status.server = state == metadb::ServerState::online    ? cluster::ServerState::online
                    : state == metadb::ServerState::suspect ? cluster::ServerState::suspect
                                                            : cluster::ServerState::offline;
    status.heartbeat_age = std::chrono::duration_cast<cluster::Milliseconds>(server->second.beat_age);
  }
  const auto report = view.reports.find(instance.name);
  if (report != view.reports.end()) {
    status.end = {.file = file_number(report->second.last_file), .offset = report->second.end_position};
  }
  return status;
}

bool answers(const metadb::Instance& instance, const manage::InstanceClient& instances) {
  return instance.port != 0 && instances.ask({instance.ip, instance.port}, "SELECT 1").has_value();
}

/// The first primary a tenant has needs no log, which begins when the tenant's database is reached.
std::optional<cluster::Promotion> first_primary(const std::vector<metadb::Instance>& replicas) {
  const auto running = std::ranges::find(replicas, cluster::InstanceState::running, to_state);
  if (running == replicas.end()) return std::nullopt;
  return cluster::Promotion{.instance = running->name, .reason = "the tenant's first instance to run"};
}

/// Who is to become primary; nothing if all is as it should be. NobodyLeft: somebody should, and nobody can.
cluster::FailoverDecision decide(const metadb::Tenant& tenant, const std::vector<metadb::Instance>& replicas,
                                 const View& view, const manage::InstanceClient& instances,
                                 metrics::ServerTotals& totals) {
  if (tenant.epoch == 0) {
    const auto first = first_primary(replicas);
    return first ? cluster::FailoverDecision(*first) : cluster::NobodyLeft{"no instance runs yet"};
  }
  std::vector<cluster::ReplicaStatus> statuses;
  for (const metadb::Instance& one : replicas)
    statuses.push_back(to_status(one, view));
  cluster::PrimaryRecord record{.instance = tenant.primary_instance,
                                .epoch = static_cast<cluster::Epoch>(tenant.epoch)};
  const auto primary = std::ranges::find(replicas, record.instance, &metadb::Instance::name);
  if (primary == replicas.end()) record.instance.clear();  // it was dropped
  auto decision = cluster::decide_failover(record, statuses);
  if (std::holds_alternative<cluster::AskPrimary>(decision)) {
    const auto status = std::ranges::find(statuses, record.instance, &cluster::ReplicaStatus::instance);
    status->answers = answers(*primary, instances);
    decision = cluster::decide_failover(record, statuses);
  }
  if (std::holds_alternative<cluster::NobodyLeft>(decision) || std::holds_alternative<cluster::Takeover>(decision)) {
    ++totals.failovers_failed;
    ++totals.tenants_without_heir;
  }
  return decision;
}

/// False: it is to be looked at again soon.
Result<bool> look_after(metadb::MetaDb& database, const metadb::TenantName& name, const View& view,
                        const std::string& server_id, const manage::InstanceClient& instances,
                        metrics::ServerTotals& totals) {
  const auto tenant = metadb::read_tenant(database, name);
  if (!tenant && tenant.error().kind == ErrorKind::not_found) return true;
  if (!tenant) return std::unexpected(tenant.error());
  auto replicas = metadb::list_instances(database, {.tenant = name});
  if (!replicas) return std::unexpected(std::move(replicas.error()));
  std::erase_if(*replicas, [](const metadb::Instance& one) { return one.wanted == metadb::Wanted::dropped; });
  const auto decision = decide(*tenant, *replicas, view, instances, totals);
  if (std::holds_alternative<cluster::NobodyLeft>(decision) || std::holds_alternative<cluster::Takeover>(decision))
    return false;
  const auto* promotion = std::get_if<cluster::Promotion>(&decision);
  if (promotion == nullptr) return true;
  const metadb::Decision reason{.what = "set primary", .who = "server " + server_id, .reason = promotion->reason};
  const auto done = metadb::set_primary(database, name, tenant->epoch, promotion->instance, reason);
  if (!done) return std::unexpected(done.error());
  if (*done) {
    ++totals.primaries_switched;
    log::info("{} is the primary of {} now: {}", promotion->instance, metadb::to_text(name), promotion->reason);
  }
  return *done;
}

}  // namespace

bool look_after_primaries(metadb::MetaDb& database, const std::vector<metadb::TenantName>& tenants,
                          const std::string& server_id, const manage::InstanceClient& instances,
                          metrics::ServerTotals& totals) {
  if (tenants.empty()) return true;
  const auto view = read_view(database);
  if (!view) {
    log::warning("who is primary could not be looked at: {}", view.error().message);
    return false;
  }
  bool settled = true;
  for (const metadb::TenantName& name : tenants) {
    const auto done = look_after(database, name, *view, server_id, instances, totals);
    if (!done) {
      log::warning("the primary of {} could not be looked after: {}", metadb::to_text(name), done.error().message);
    }
    settled = settled && done.value_or(false);
  }
  return settled;
}

}  // namespace sluice::server
