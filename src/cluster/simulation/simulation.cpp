#include "cluster/simulation/simulation.h"

#include <algorithm>

#include "cluster/simulation/instance.h"
#include "cluster/simulation/meta_db.h"
#include "cluster/simulation/sluiced.h"
#include "cluster/simulation/watch.h"
#include "cluster/simulation/world.h"

namespace sluice::cluster::simulation {

namespace {

constexpr Time faults_begin = std::chrono::seconds(15);
constexpr Time faults_last = std::chrono::seconds(60);
constexpr Time well_within = std::chrono::seconds(60);  ///< of the last fault's end
constexpr Time stays_well = std::chrono::seconds(20);

/// With a log of some files; or just created, with nothing yet.
void add_tenant(World& world, std::size_t tenant) {
  const bool is_new = world.random.chance(10);
  const std::uint64_t head = Source::head(world.timeline.now());
  const TenantLog log{.origin = head - world.random.below(300), .first_file = 1, .end = head};
  const auto wanted = static_cast<unsigned>(1 + world.random.below(std::min<std::size_t>(3, world.hosts())));
  const std::size_t first_host = world.random.below(world.hosts());
  PrimaryRecord record;
  for (unsigned replica = 0; replica < wanted; ++replica) {
    const std::size_t host = (first_host + replica) % world.hosts();
    Instance& instance = *world.instances[world.add_instance(tenant, host)];
    world.metadb->add_instance({.tenant = tenant, .host = host});
    if (replica == 0) record = {instance.name(), 1};
    if (!is_new) instance.set_log(log);
    instance.set_role(record);
    instance.start();
  }
  world.metadb->add_tenant({record, wanted});
  world.sources.emplace_back();
  if (is_new) {  // its log begins when its database is reached
    ++world.sources[tenant].times_away;
    world.timeline.after(world.random.between(Time(0), faults_begin + faults_last / 2),
                         [&world, tenant] { --world.sources[tenant].times_away; });
  }
  for (std::uint64_t file = 1; !is_new && file <= log.last_file(); ++file)
    world.metadb->record_file(tenant, record.epoch, file, log.begin_of(file));
}

/// A few faults, some of them almost at once; once in a while the MetaDB is away for an hour in their midst.
Time plan_faults(World& world, const Plan& plan) {
  const bool may_be_away = std::ranges::find(plan.faults, Fault::metadb_away) != plan.faults.end();
  const Time last = may_be_away && world.random.below(50) == 0 ? std::chrono::hours(1) : faults_last;
  const Time end = faults_begin + last;
  const std::uint64_t count = 1 + world.random.below(plan.faults_max);
  Time at{0};
  for (std::uint64_t i = 0; i < count; ++i) {
    const bool follows = i > 0 && world.random.chance(30);
    at = follows ? std::min(at + world.random.between(Time(0), Time(3000)), end - std::chrono::seconds(1))
                 : world.random.between(faults_begin, end - std::chrono::seconds(1));
    const Fault fault = world.random.pick(plan.faults);
    world.timeline.after(at, [&world, fault, end] { strike(world, fault, end - world.timeline.now()); });
  }
  if (last > faults_last) {
    world.timeline.after(faults_begin, [&world] {
      world.tell("the MetaDB is away for most of an hour");
      world.network.set_up(world.metadb_node(), false);
      world.watch->note_fault(true, true);
    });
    world.timeline.after(end - std::chrono::seconds(30), [&world] {
      world.tell("the MetaDB is back");
      world.network.set_up(world.metadb_node(), true);
      world.watch->note_fault(false, true);
    });
  }
  return end;
}

void set_up(World& world) {
  const std::uint64_t tenants = 1 + world.random.below(4);
  for (std::size_t tenant = 0; tenant < tenants; ++tenant)
    add_tenant(world, tenant);
  for (const auto& server : world.servers)
    server->start();
  world.watch->begin();
}

Outcome outcome_of(World& world) {
  Outcome outcome;
  outcome.violation = world.violation;
  for (const Move& move : world.metadb->moves()) {
    if (move.kind == Move::Kind::promotion) ++outcome.promotions;
    if (move.kind == Move::Kind::takeover) ++outcome.takeovers;
    if (move.kind == Move::Kind::tidying) ++outcome.tidyings;
  }
  outcome.longest_promotion = world.watch->longest_wait(Move::Kind::promotion);
  outcome.longest_takeover = world.watch->longest_wait(Move::Kind::takeover);
  outcome.story = std::move(world.story);
  return outcome;
}

}  // namespace

Outcome simulate(const Plan& plan) {
  Random random(plan.seed + 1'000'000'007);
  World world(plan.seed, 3 + random.below(4), plan.decisions, plan.tells_story);
  set_up(world);
  const Time end = plan_faults(world, plan);
  world.timeline.run_until(end);
  world.tell("the faults are over; a person starts what has failed");
  for (const auto& server : world.servers)
    server->start_failed();
  world.timeline.run_until(end + well_within);
  const std::size_t moves = world.metadb->moves().size();
  world.timeline.run_until(end + well_within + stays_well);
  if (world.violation.empty()) {
    if (world.metadb->moves().size() > moves) world.violate("a move long after the last fault");
    world.watch->check_end();
  }
  return outcome_of(world);
}

}  // namespace sluice::cluster::simulation
