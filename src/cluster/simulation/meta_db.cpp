#include "cluster/simulation/meta_db.h"

#include "cluster/simulation/instance.h"
#include "cluster/simulation/watch.h"
#include "cluster/simulation/world.h"

namespace sluice::cluster::simulation {

MetaDb::MetaDb(World& world, std::size_t hosts)
    : world_(world), clock_(world.random.between(std::chrono::hours(-30), std::chrono::hours(30))) {
  rows_.servers.resize(hosts);
}

Moment MetaDb::now() const {
  constexpr Milliseconds begin = std::chrono::hours(1000);
  return Moment(begin + clock_ + world_.timeline.now());
}

std::shared_ptr<const Rows> MetaDb::beat(std::size_t host, std::vector<InstanceReport> reports) {
  ServerRow& row = rows_.servers[host];
  row.heartbeat = now();
  row.reports = std::make_shared<const std::vector<InstanceReport>>(std::move(reports));
  if (row.state != ServerState::online) {
    row.state = ServerState::online;
    row.state_since = now();
  }
  rows_.now = now();
  return std::make_shared<const Rows>(rows_);
}

void MetaDb::judge(std::size_t host, const ServerRow& seen, ServerState to) {
  ServerRow& row = rows_.servers[host];
  if (row.state != seen.state || row.heartbeat != seen.heartbeat) return;
  row.state = to;
  row.state_since = now();
  world_.tell("host {} is {} in the MetaDB", host, server_state_text(to));
}

bool MetaDb::has_beaten(const Move& move) const {
  return move.silent && rows_.servers[move.silent->host].heartbeat != move.silent->heartbeat;
}

bool MetaDb::set_primary(const Move& move) {
  const TenantRow& row = rows_.tenants[move.tenant];
  if (has_beaten(move)) return false;
  if (!world_.decisions.may_store(row.primary, move.judged)) return false;
  if (rows_.instances[world_.number_of(move.instance)].dropped) return false;
  store(move);
  return true;
}

bool MetaDb::take_over(Move move, std::size_t host, std::uint64_t start_file) {
  if (has_beaten(move)) return false;
  if (!world_.decisions.may_store(rows_.tenants[move.tenant].primary, move.judged)) return false;
  const std::size_t number = world_.add_instance(move.tenant, host);
  add_instance({.tenant = move.tenant, .host = host, .start_file = start_file, .dropped = false});
  move.instance = world_.instances[number]->name();
  store(move);
  return true;
}

void MetaDb::drop(std::size_t tenant, const PrimaryRecord& judged, std::size_t instance) {
  const PrimaryRecord& primary = rows_.tenants[tenant].primary;
  if (primary.epoch != judged.epoch || primary.instance == world_.instances[instance]->name()) return;
  rows_.instances[instance].dropped = true;
  world_.tell("tenant {}: {} is dropped", tenant, world_.instances[instance]->name());
}

void MetaDb::store(const Move& move) {
  TenantRow& row = rows_.tenants[move.tenant];
  const PrimaryRecord before = row.primary;
  row.primary = promoted(move.judged, move.instance);
  world_.tell("tenant {}: {} is primary at epoch {}, says host {}: {}", move.tenant, move.instance, row.primary.epoch,
              move.decider, move.reason);
  moves_.push_back(move);
  move_times_.push_back(world_.timeline.now());
  world_.watch->check_move(move, before, row.primary);
}

bool MetaDb::record_file(std::size_t tenant, Epoch epoch, std::uint64_t file, std::uint64_t begin) {
  if (rows_.tenants[tenant].primary.epoch != epoch) return false;
  files_.resize(rows_.tenants.size());
  const auto [at, added] = files_[tenant].emplace(file, begin);
  if (!added && at->second != begin) {
    world_.violate(
        fmt::format("tenant {}: file {} is recorded as beginning with transaction {} and is now to begin "
                    "with {}",
                    tenant, file, at->second, begin));
  }
  return true;
}

std::vector<std::uint64_t> MetaDb::files(std::size_t tenant) const {
  std::vector<std::uint64_t> numbers;
  if (tenant >= files_.size()) return numbers;
  for (const auto& [number, begin] : files_[tenant])
    numbers.push_back(number);
  return numbers;
}

std::optional<std::uint64_t> MetaDb::begin_of(std::size_t tenant, std::uint64_t file) const {
  if (tenant >= files_.size()) return std::nullopt;
  const auto found = files_[tenant].find(file);
  return found == files_[tenant].end() ? std::nullopt : std::optional(found->second);
}

}  // namespace sluice::cluster::simulation
