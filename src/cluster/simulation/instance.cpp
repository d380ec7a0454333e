#include "cluster/simulation/instance.h"

#include <algorithm>

#include "cluster/simulation/watch.h"
#include "cluster/simulation/world.h"

namespace sluice::cluster::simulation {

namespace {

constexpr Time tick_pause{250};
constexpr std::uint64_t transactions_a_tick = 60;  ///< when it has to catch up

}  // namespace

Instance::Instance(World& world, std::size_t number, std::size_t tenant, std::size_t host)
    : world_(world), number_(number), tenant_(tenant), host_(host), process_(world.timeline) {
  own_.instance = fmt::format("i{}", number);
}

void Instance::set_role(const PrimaryRecord& record) {
  record_ = record;
  if (process_.lives()) process_.run(process_.life(), [this] { take_role(); });
}

void Instance::set_start(std::uint64_t file, std::uint64_t begin) {
  start_file_ = file;
  start_begin_ = begin;
}

void Instance::start() {
  process_.start();
  own_.primary = follows_ = waits_for_disk_ = false;
  world_.tell("{} of tenant {} runs on host {}", name(), tenant_, host_);
  process_.run(process_.life(), [this] { take_role(); });
  world_.timeline.after(tick_pause, [this, life = process_.life()] { tick(life); });
}

void Instance::lose_tail(std::uint64_t transactions) {
  if (!log_.is_empty()) log_.end = std::max(log_.begin(), log_.end - std::min(log_.end, transactions));
}

void Instance::fill_disk(bool full) {
  times_full_ += full ? 1U : -1U;
  if (!full) last_full_ = world_.timeline.now();
  if (times_full_ == 0) {
    full_since_.reset();
  } else if (!full_since_) {
    full_since_ = world_.timeline.now();
  }
}

Time Instance::last_full() const {
  return full_since_ ? world_.timeline.now() : last_full_;
}

void Instance::remove() {
  process_.kill();
  log_ = {};
}

void Instance::take_role() {
  switch (decide_role(own_, record_).change) {
    case RoleChange::none:
    case RoleChange::distrust:
      return;
    case RoleChange::lead:
      own_.primary = true;
      world_.watch->check_lead(*this, record_.epoch);
      break;
    case RoleChange::follow:
    case RoleChange::hold:
      own_.primary = false;
      break;
  }
  own_.epoch = record_.epoch;
  follows_ = waits_for_disk_ = false;
  world_.tell("{} {} at epoch {}", name(), own_.primary ? "captures" : "follows", own_.epoch);
}

void Instance::tick(std::uint64_t life) {
  process_.run(life, [this, life] {
    if (own_.primary) {
      capture();
    } else if (own_.epoch > 0 && !record_.instance.empty() && record_.instance != name()) {
      return ask_primary(life);
    }
    world_.timeline.after(tick_pause, [this, life] { tick(life); });
  });
}

void Instance::capture() {
  waits_for_disk_ = world_.sources[tenant_].times_away == 0 && times_full_ > 0;
  if (world_.sources[tenant_].times_away > 0 || waits_for_disk_) return;
  if (log_.is_empty()) begin_log();
  const std::uint64_t reach = log_.end + (slow_ ? 2 : transactions_a_tick);
  grow(std::min(Source::head(world_.timeline.now()), reach));
}

void Instance::begin_log() {
  if (start_file_ == 0) {
    log_ = {.origin = Source::head(world_.timeline.now()), .first_file = 1};
  } else {
    log_ = {.origin = start_begin_ - (start_file_ - 1) * TenantLog::transactions_per_file, .first_file = start_file_};
  }
  log_.end = log_.begin();
  world_.tell("{} begins its log at file {}", name(), log_.first_file);
}

void Instance::ask_primary(std::uint64_t life) {
  const Instance& primary = *world_.instances[world_.number_of(record_.instance)];
  const auto serve = [&primary]() -> std::optional<Offer> {
    if (!primary.process_.lives()) return Offer{.refused = true, .epoch = 0, .log = {}};
    if (primary.process_.is_stopped()) return std::nullopt;
    return Offer{.refused = false, .epoch = primary.own_.epoch, .log = primary.log_};
  };
  world_.network.ask<Offer>(host_, primary.host_, Time(1000), serve, [this, life](std::optional<Offer> offer) {
    process_.run(life, [this, offer] { follows_ = offer && append(*offer); });
    world_.timeline.after(tick_pause, [this, life] { tick(life); });
  });
}

/// Whether it follows.
bool Instance::append(const Offer& offer) {
  if (own_.primary) return false;
  waits_for_disk_ = false;
  if (offer.refused || offer.log.is_empty() || !check_epoch(own_.epoch, offer.epoch)) return false;
  if (!log_.is_empty() && log_.origin != offer.log.origin) {
    world_.violate(fmt::format("{} and its primary have different bytes", name()));
    return false;
  }
  waits_for_disk_ = times_full_ > 0 && (log_.is_empty() || log_.end < offer.log.end);
  if (waits_for_disk_) return false;
  const bool gap = !log_.is_empty() && log_.end < offer.log.begin();
  if (gap) world_.tell("{} ends before its primary's log begins: it copies all anew", name());
  if (log_.is_empty() || gap) {
    log_ = offer.log;
    log_.end = log_.begin();
  }
  grow(std::min(offer.log.end, log_.end + (slow_ ? 2 : transactions_a_tick)));
  return true;
}

void Instance::grow(std::uint64_t end) {
  if (end > log_.end) log_.end = end;
  world_.watch->check_log(*this);
}

}  // namespace sluice::cluster::simulation
