#include "cluster/simulation/watch.h"

#include <algorithm>

#include "cluster/simulation/instance.h"
#include "cluster/simulation/sluiced.h"
#include "cluster/simulation/world.h"

namespace sluice::cluster::simulation {

namespace {

constexpr Time look_pause{500};
/// A question's limit, and messages that come late.
constexpr Time ask_takes{4000};
/// A heartbeat that was missed, seen, and acted on.
constexpr Time silence_takes{8000};
/// By when a lost primary has been replaced if nothing else happens.
constexpr Time replaced_within{20'000};
/// No two moves of a tenant, unless something happens in between.
constexpr Time moves_apart{300};

}  // namespace

Watch::Tenant& Watch::tenant(std::size_t number) {
  if (number >= tenants_.size()) tenants_.resize(number + 1);
  return tenants_[number];
}

Instance* Watch::primary_of(std::size_t number) const {
  const PrimaryRecord& record = world_.metadb->rows().tenants[number].primary;
  return record.instance.empty() ? nullptr : world_.instances[world_.number_of(record.instance)].get();
}

void Watch::begin() {
  look();
}

void Watch::look() {
  for (std::size_t number = 0; number < world_.sources.size(); ++number) {
    subscribe(number);
    check_served(number);
    check_relieved(number);
  }
  world_.timeline.after(look_pause, [this] { look(); });
}

void Watch::note_fault(bool begins, bool disturbs) {
  if (begins) ++faults_;
  if (disturbs) disturbing_ += begins ? 1U : -1U;
  last_change_ = world_.timeline.now();
}

bool Watch::is_calm(Time time) const {
  return disturbing_ == 0 && world_.timeline.now() - last_change_ >= time;
}

void Watch::check_lead(const Instance& instance, Epoch epoch) {
  const auto [at, first] = tenant(instance.tenant()).leaders.emplace(epoch, instance.number());
  if (!first && at->second != instance.number()) {
    world_.violate(fmt::format("tenant {}: i{} and {} are both primary at epoch {}", instance.tenant(), at->second,
                               instance.name(), epoch));
  }
}

void Watch::check_log(const Instance& instance) {
  if (instance.log().is_empty()) return;
  Tenant& own = tenant(instance.tenant());
  if (!own.origin) own.origin = instance.log().origin;
  if (*own.origin != instance.log().origin)
    world_.violate(fmt::format("tenant {}: {} writes another log", instance.tenant(), instance.name()));
}

void Watch::check_move(const Move& move, const PrimaryRecord& before, const PrimaryRecord& after) {
  if (after.epoch != before.epoch + 1) {
    return world_.violate(
        fmt::format("tenant {}: the record goes from epoch {} to {}", move.tenant, before.epoch, after.epoch));
  }
  Tenant& own = tenant(move.tenant);
  const Time now = world_.timeline.now();
  if (!needed(move, before)) world_.violate(fmt::format("tenant {}: a move that nothing needed", move.tenant));
  if (goes_to_the_dead(move)) world_.violate(fmt::format("tenant {}: a move to a dead replica", move.tenant));
  if (++own.moves > 2 * faults_ + 1) world_.violate(fmt::format("tenant {}: a storm of moves", move.tenant));
  if (own.last_move && now - *own.last_move < moves_apart && is_calm(Time(500)))
    world_.violate(fmt::format("tenant {}: two moves within {} ms", move.tenant, (now - *own.last_move).count()));
  own.last_move = now;
  Time& longest = longest_wait_[static_cast<std::size_t>(move.kind)];
  longest = std::max(longest, now - world_.instances[world_.number_of(before.instance)]->process().unwell_since());
}

/// Whether the primary did not live a moment ago, or could not be reached by who decided; and its server could not help
/// it: did not beat for a cause of its own, had given up, or saw a process that was only stopped.
bool Watch::needed(const Move& move, const PrimaryRecord& before) const {
  if (move.kind == Move::Kind::tidying) return true;
  const Instance& primary = *world_.instances[world_.number_of(before.instance)];
  if (needed_for_its_disk(move, primary)) return true;
  const Time now = world_.timeline.now();
  const std::size_t host = primary.host();
  const bool lives = now - primary.process().last_unwell() > ask_takes;
  if (lives && now - world_.network.last_disturbed(move.decider, host) > ask_takes) return false;
  const bool stopped = now - primary.process().last_stopped() <= ask_takes;
  if (!lives && (stopped || world_.servers[host]->has_failed(primary.number()))) return true;
  return now - world_.servers[host]->process().last_unwell() <= silence_takes ||
         now - world_.network.last_disturbed(host, world_.metadb_node()) <= silence_takes;
}

/// Whether its disk was full a moment ago, and the other's has not been full for long: since it was, or since the other
/// runs, for one that has begun anew does not know before it has something to store.
bool Watch::needed_for_its_disk(const Move& move, const Instance& primary) const {
  const Time now = world_.timeline.now();
  if (move.kind != Move::Kind::promotion || now - primary.last_full() > ask_takes) return false;
  const Instance& other = *world_.instances[world_.number_of(move.instance)];
  const auto full = other.full_since();
  return !full || now - std::max(*full, other.process().last_unwell()) < silence_takes;
}

/// Nobody may still take a host for living that was lost so long ago.
bool Watch::goes_to_the_dead(const Move& move) const {
  const Instance& chosen = *world_.instances[world_.number_of(move.instance)];
  return move.kind == Move::Kind::promotion && !world_.network.is_up(chosen.host()) &&
         world_.timeline.now() - chosen.process().unwell_since() > silence_takes;
}

/// It reads at its place, and has to get the transaction after its last one.
void Watch::subscribe(std::size_t number) {
  Tenant& own = tenant(number);
  const Instance* primary = primary_of(number);
  if (primary == nullptr || !primary->process().is_well() || primary->log().is_empty()) return;
  const TenantLog& log = primary->log();
  if (own.subscriber == 0) {
    own.subscriber = log.begin();
    own.place = {log.first_file, 0};
  }
  if (own.place.file < log.first_file || own.subscriber > log.end) return;  // error, or it waits: it comes again
  const std::uint64_t got = log.begin_of(own.place.file) + own.place.offset;
  if (got != own.subscriber) {
    return world_.violate(
        fmt::format("tenant {}: its subscriber gets transaction {} after {}", number, got, own.subscriber));
  }
  own.subscriber = log.end;
  own.place = log.place();
}

/// A tenant whose primary's host is down, and nothing else happens.
void Watch::check_served(std::size_t number) {
  const Instance* primary = primary_of(number);
  if (primary == nullptr || world_.network.is_up(primary->host()) || !is_calm(replaced_within)) return;
  const auto well = [&](const auto& server) {
    return world_.timeline.now() - server->process().last_unwell() >= replaced_within;
  };
  if (world_.metadb->files(number).empty() || std::ranges::none_of(world_.servers, well)) return;
  for (const auto& one : world_.instances) {
    if (one->tenant() == number && world_.servers[one->host()]->has_failed(one->number())) return;
  }
  world_.violate(
      fmt::format("tenant {}: {} is primary on a host that is down, and nobody replaces it", number, primary->name()));
}

/// A tenant whose primary's disk is full while a follower is well and has room, and nothing else happens.
void Watch::check_relieved(std::size_t number) {
  const Instance* primary = primary_of(number);
  if (primary == nullptr || !primary->waits_for_disk() || !is_calm(replaced_within)) return;
  const Time now = world_.timeline.now();
  if (!primary->full_since() || now - *primary->full_since() < replaced_within) return;
  const auto well = [&](const Process& process) { return now - process.last_unwell() >= replaced_within; };
  for (const auto& one : world_.instances) {
    if (one->tenant() != number || one.get() == primary || !one->follows() || !well(one->process())) continue;
    if (now - one->last_full() < replaced_within || !well(world_.servers[one->host()]->process())) continue;
    world_.violate(fmt::format("tenant {}: the disk of {} is full, and it does not give way to {}", number,
                               primary->name(), one->name()));
  }
}

void Watch::check_end() {
  for (std::size_t number = 0; number < world_.sources.size(); ++number) {
    const auto complain = [&](const char* what) {
      world_.violate(fmt::format("tenant {}: long after the last fault {}", number, what));
    };
    const Instance* primary = primary_of(number);
    const PrimaryRecord& record = world_.metadb->rows().tenants[number].primary;
    const std::uint64_t head = Source::head(world_.timeline.now());
    if (primary == nullptr || !primary->process().is_well()) return complain("its primary does not live");
    if (!primary->role().primary || primary->role().epoch != record.epoch) return complain("its primary does not lead");
    if (primary->log().end + 10 < head) return complain("its primary is not at the end");
    if (tenant(number).subscriber + 10 < head) return complain("its subscriber is not at the end");
    const auto files = world_.metadb->files(number);
    if (files.empty() || files.back() - files.front() + 1 != files.size()) return complain("file records are missing");
    unsigned living = 0;
    for (const auto& one : world_.instances) {
      if (one->tenant() != number || !one->process().is_well()) continue;
      ++living;
      if (one->role().primary != (one.get() == primary)) return complain("an instance has another role than recorded");
      if (one->log().end + 20 < head) return complain("a follower is not at the end");
    }
    if (living != world_.metadb->rows().tenants[number].wanted) return complain("it has not the replicas it wants");
  }
}

}  // namespace sluice::cluster::simulation
