#include <algorithm>

#include "cluster/placement.h"
#include "cluster/simulation/instance.h"
#include "cluster/simulation/sluiced.h"
#include "cluster/simulation/world.h"
#include "cluster/surplus.h"

/// What a sluiced does about primaries.
namespace sluice::cluster::simulation {

namespace {

constexpr Time ask_limit{500};
constexpr Time metadb_limit{2000};

std::span<const InstanceReport> reports_of(const ServerRow& server) {
  if (!server.reports) return {};
  return *server.reports;
}

}  // namespace

std::vector<ReplicaStatus> Sluiced::statuses(const Rows& rows, std::size_t tenant) const {
  std::vector<ReplicaStatus> all;
  for (std::size_t number = 0; number < rows.instances.size(); ++number) {
    const InstanceRow& row = rows.instances[number];
    if (row.tenant != tenant || row.dropped) continue;
    const ServerRow& server = rows.servers[row.host];
    ReplicaStatus status;
    status.instance = world_.instances[number]->name();
    status.server = server.state;
    status.state = InstanceState::starting;
    status.heartbeat_age = beats_.silence(names_[row.host]);
    if (world_.decisions.mistake == Mistake::believes_the_metadb && server.heartbeat)
      status.heartbeat_age = rows.now - *server.heartbeat;
    for (const InstanceReport& report : reports_of(server)) {
      if (report.instance != number) continue;
      status.state = report.state;
      status.epoch = report.epoch;
      status.end = report.end;
      status.first_file = report.first_file;
      status.unanswered = report.unanswered;
      status.follows = report.follows;
      if (report.waits_for_disk) status.disk_state = "disk full";
      status.disk_trouble = report.disk_trouble;
    }
    all.push_back(std::move(status));
  }
  return all;
}

bool Sluiced::has_instance(const Rows& rows, std::size_t tenant) const {
  return std::ranges::any_of(rows.instances, [&](const InstanceRow& row) {
    return row.tenant == tenant && row.host == host_ && !row.dropped;
  });
}

void Sluiced::look_after(std::uint64_t life, const News& news, std::size_t tenant) {
  if (!world_.decisions.may_judge(beats_, steady()) || deciding_.contains(tenant)) return;
  auto replicas = statuses(*news, tenant);
  const PrimaryRecord& record = news->tenants[tenant].primary;
  const auto primary = std::ranges::find(replicas, record.instance, &ReplicaStatus::instance);
  const bool silent = primary == replicas.end() || silent_for(*primary, world_.decisions.failover.takeover_after);
  if (!has_instance(*news, tenant) && !silent) return;
  if (std::holds_alternative<AskPrimary>(world_.decisions.decide(record, replicas)))
    return ask_primary(life, news, tenant, std::move(replicas));
  carry_out(life, news, tenant, std::move(replicas));
}

void Sluiced::ask_primary(std::uint64_t life, const News& news, std::size_t tenant,
                          std::vector<ReplicaStatus> replicas) {
  deciding_.insert(tenant);
  const Instance& primary = *world_.instances[world_.number_of(news->tenants[tenant].primary.instance)];
  const auto serve = [&primary]() -> std::optional<bool> {
    if (!primary.process().lives()) return false;
    return primary.process().is_stopped() ? std::nullopt : std::optional(true);
  };
  world_.network.ask<bool>(
      host_, primary.host(), ask_limit, serve,
      [this, life, news, tenant, name = primary.name(), all = std::move(replicas)](std::optional<bool> answer) mutable {
        process_.run(life, [this, life, news, tenant, name, answer, all = std::move(all)]() mutable {
          deciding_.erase(tenant);
          std::ranges::find(all, name, &ReplicaStatus::instance)->answers = answer.value_or(false);
          carry_out(life, news, tenant, std::move(all));
        });
      });
}

void Sluiced::carry_out(std::uint64_t, const News& news, std::size_t tenant, std::vector<ReplicaStatus> replicas) {
  if (!world_.decisions.may_judge(beats_, steady())) return;  // it was stopped since it asked
  const PrimaryRecord& record = news->tenants[tenant].primary;
  const auto decision = world_.decisions.decide(record, replicas);
  if (const auto* promotion = std::get_if<Promotion>(&decision)) {
    promote({.kind = Move::Kind::promotion,
             .tenant = tenant,
             .decider = host_,
             .judged = record,
             .instance = promotion->instance,
             .reason = promotion->reason,
             .silent = silent_server(news, record, replicas)});
  } else if (const auto* takeover = std::get_if<Takeover>(&decision)) {
    take_over(news, tenant, takeover->reason, silent_server(news, record, replicas));
  } else if (std::holds_alternative<LeaveIt>(decision)) {
    tidy(news, tenant, replicas);
  }
}

std::optional<Move::Silent> Sluiced::silent_server(const News& news, const PrimaryRecord& record,
                                                   const std::vector<ReplicaStatus>& replicas) const {
  const auto primary = std::ranges::find(replicas, record.instance, &ReplicaStatus::instance);
  if (primary == replicas.end() || !silent_for(*primary, world_.decisions.failover.silent_after)) return std::nullopt;
  const std::size_t host = news->instances[world_.number_of(record.instance)].host;
  return Move::Silent{.host = host, .heartbeat = news->servers[host].heartbeat};
}

void Sluiced::promote(const Move& move) {
  const auto serve = [this, move]() -> std::optional<bool> { return world_.metadb->set_primary(move); };
  world_.network.ask<bool>(host_, world_.metadb_node(), metadb_limit, serve, [](auto) {});
}

void Sluiced::take_over(const News& news, std::size_t tenant, const std::string& reason,
                        std::optional<Move::Silent> silent) {
  const auto plan = world_.decisions.plan(world_.metadb->files(tenant));
  const PlacementRequest request{.tenant = fmt::format("t{}", tenant), .demands = {}, .needs = {}};
  PlacementRules rules;
  rules.heartbeat_age_max = world_.decisions.failover.silent_after;
  const auto place = place_replica(inventory(*news), request, rules, world_.random.next());
  if (!plan || !place) return;
  const Move move{.kind = Move::Kind::takeover,
                  .tenant = tenant,
                  .decider = host_,
                  .judged = news->tenants[tenant].primary,
                  .instance = {},
                  .reason = reason,
                  .silent = silent};
  const auto serve = [this, move, host = place->server, file = plan->first_file]() -> std::optional<bool> {
    return world_.metadb->take_over(move, host, file);
  };
  world_.network.ask<bool>(host_, world_.metadb_node(), metadb_limit, serve, [](auto) {});
}

void Sluiced::tidy(const News& news, std::size_t tenant, const std::vector<ReplicaStatus>& replicas) {
  const TenantRow& row = news->tenants[tenant];
  const auto surplus = find_surplus(row.primary, replicas, row.wanted, world_.decisions.failover);
  if (!surplus) return;
  if (!surplus->heir.empty()) {
    return promote({.kind = Move::Kind::tidying,
                    .tenant = tenant,
                    .decider = host_,
                    .judged = row.primary,
                    .instance = surplus->heir,
                    .reason = surplus->reason});
  }
  const auto serve = [this, tenant, judged = row.primary,
                      number = world_.number_of(surplus->instance)]() -> std::optional<bool> {
    world_.metadb->drop(tenant, judged, number);
    return true;
  };
  world_.network.ask<bool>(host_, world_.metadb_node(), metadb_limit, serve, [](auto) {});
}

Inventory Sluiced::inventory(const Rows& rows) const {
  std::vector<Server> servers;
  for (std::size_t host = 0; host < rows.servers.size(); ++host) {
    const ServerRow& row = rows.servers[host];
    Server server;
    server.id = server.ip = names_[host];
    server.state = row.state;
    server.heartbeat_age = row.heartbeat ? rows.now - *row.heartbeat : Milliseconds(std::chrono::hours(1));
    server.metrics = ServerMetrics{.capacity = {8, 1U << 30, 1U << 30, 1U << 30}, .used = {}, .taken_at = rows.now};
    servers.push_back(std::move(server));
  }
  std::vector<HostedInstance> instances;
  for (std::size_t number = 0; number < rows.instances.size(); ++number) {
    const InstanceRow& row = rows.instances[number];
    if (row.dropped) continue;
    HostedInstance one;
    one.name = world_.instances[number]->name();
    one.tenant = fmt::format("t{}", row.tenant);
    one.server = names_[row.host];
    instances.push_back(std::move(one));
  }
  return {std::move(servers), instances};
}

}  // namespace sluice::cluster::simulation
