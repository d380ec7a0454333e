#include "cluster/simulation/sluiced.h"

#include <algorithm>

#include "cluster/simulation/instance.h"
#include "cluster/simulation/world.h"

namespace sluice::cluster::simulation {

namespace {

constexpr Time beat_pause{500};
constexpr Time metadb_limit{2000};
constexpr Time start_min{200};
constexpr Time start_max{1200};

}  // namespace

Sluiced::Sluiced(World& world, std::size_t host)
    : world_(world),
      host_(host),
      process_(world.timeline),
      steady_begin_(std::chrono::seconds(1000 + world.random.below(1'000'000))),
      drift_(static_cast<std::int64_t>(world.random.below(1000)) - 500),
      wall_(world.random.between(std::chrono::hours(100), std::chrono::hours(200))) {
  for (std::size_t number = 0; number < world.servers_planned; ++number)
    names_.push_back(fmt::format("h{}", number));
}

Contact::Time Sluiced::steady() const {
  return steady_begin_ + world_.timeline.now() * (1'000'000 + drift_) / 1'000'000;
}

Moment Sluiced::wall() const {
  return Moment(wall_ + world_.timeline.now() * (1'000'000 + drift_) / 1'000'000);
}

void Sluiced::start() {
  process_.start();
  contact_ = {};
  beats_ = BeatWatch(world_.decisions.failover);
  news_.reset();
  deciding_.clear();
  recorded_last_.clear();
  for (auto& [number, one] : hosted_) {
    one.known = false;
    one.pending = false;
    one.failures.clear();
    one.silent_since.reset();
    one.disk = {};
  }
  world_.tell("sluiced of host {} runs", host_);
  world_.timeline.after(world_.random.between(Time(0), beat_pause), [this, life = process_.life()] { look(life); });
}

void Sluiced::kill() {
  process_.kill();
}

void Sluiced::look(std::uint64_t life) {
  process_.run(life, [this, life] {
    const Time began = world_.timeline.now();
    const Contact::Time asked = steady();
    if (news_) keep_instances(life, *news_);
    const auto told = std::make_shared<std::vector<InstanceReport>>(reports());
    const auto serve = [this, told]() -> std::optional<News> { return world_.metadb->beat(host_, *told); };
    world_.network.ask<News>(host_, world_.metadb_node(), metadb_limit, serve, [this, life, began, asked](auto news) {
      if (news) process_.run(life, [this, life, asked, news = *news] { take(life, asked, news); });
      const Time next = std::max(Time(0), began + beat_pause - world_.timeline.now());
      world_.timeline.after(next, [this, life] { look(life); });
    });
  });
}

void Sluiced::take(std::uint64_t life, Contact::Time asked, const News& news) {
  news_ = news;
  contact_ = contact_after(contact_, asked, world_.decisions.membership);
  see_beats(*news, asked);
  judge_others(*news);
  keep_instances(life, *news);
  record_files(*news);
  for (std::size_t tenant = 0; tenant < news->tenants.size(); ++tenant)
    look_after(life, news, tenant);
}

std::vector<InstanceReport> Sluiced::reports() {
  std::vector<InstanceReport> all;
  for (auto& [number, one] : hosted_) {
    const Instance& instance = *world_.instances[number];
    one.last.follows = one.last.waits_for_disk = false;
    one.last.disk_trouble.reset();
    if (instance.process().is_well()) {
      tell_disk(instance, one);
      one.last.epoch = instance.role().epoch;
      one.last.end = instance.log().place();
      one.last.first_file = instance.log().first_file;
      one.silent_since.reset();
    } else if (!instance.process().lives()) {
      one.silent_since.reset();
    } else if (!one.silent_since) {
      one.silent_since = steady();
    }
    one.last.instance = number;
    one.last.unanswered.reset();
    if (one.silent_since) one.last.unanswered = std::chrono::duration_cast<Milliseconds>(steady() - *one.silent_since);
    one.last.state = one.failed                   ? InstanceState::failed
                     : instance.process().lives() ? InstanceState::running
                                                  : InstanceState::starting;
    all.push_back(one.last);
  }
  return all;
}

void Sluiced::tell_disk(const Instance& instance, Hosted& one) const {
  one.last.follows = instance.follows();
  one.last.waits_for_disk = instance.waits_for_disk();
  one.last.disk_trouble = one.disk.see({.waits = instance.waits_for_disk(),
                                        .has_room = !instance.full_since().has_value(),
                                        .end = instance.log().place()},
                                       steady());
}

void Sluiced::see_beats(const Rows& rows, Contact::Time asked) {
  std::vector<BeatWatch::Beat> beats;
  for (std::size_t host = 0; host < rows.servers.size(); ++host) {
    const std::optional<Moment>& heartbeat = rows.servers[host].heartbeat;
    if (heartbeat) beats.push_back({.id = names_[host], .heartbeat = *heartbeat, .age = rows.now - *heartbeat});
  }
  beats_.see(beats, asked);
}

void Sluiced::judge_others(const Rows& rows) {
  std::vector<Sighting> seen;
  for (std::size_t host = 0; host < rows.servers.size(); ++host) {
    const ServerRow& row = rows.servers[host];
    Sighting sighting;
    sighting.id = names_[host];
    sighting.state = row.state;
    sighting.state_age = rows.now - row.state_since;
    if (row.heartbeat) sighting.heartbeat_age = rows.now - *row.heartbeat;
    seen.push_back(std::move(sighting));
  }
  const Judgements judged = world_.decisions.judge(seen, names_[host_], contact_, steady());
  for (const Judgement& one : judged.changes) {
    const auto host = static_cast<std::size_t>(std::ranges::find(seen, one.id, &Sighting::id) - seen.begin());
    const auto serve = [this, host, row = rows.servers[host], to = one.after]() -> std::optional<bool> {
      world_.metadb->judge(host, row, to);
      return true;
    };
    world_.network.ask<bool>(host_, world_.metadb_node(), metadb_limit, serve, [](auto) {});
  }
}

void Sluiced::keep_instances(std::uint64_t life, const Rows& rows) {
  for (std::size_t number = 0; number < rows.instances.size(); ++number) {
    const InstanceRow& row = rows.instances[number];
    if (row.host != host_) continue;
    Instance& instance = *world_.instances[number];
    if (row.dropped) {
      if (hosted_.erase(number) > 0) instance.remove();
      continue;
    }
    hosted_.try_emplace(number);
    if (row.start_file > 0)
      instance.set_start(row.start_file, world_.metadb->begin_of(row.tenant, row.start_file).value_or(0));
    instance.set_role(rows.tenants[row.tenant].primary);
    keep_running(life, number);
  }
}

void Sluiced::keep_running(std::uint64_t life, std::size_t number) {
  Hosted& one = hosted_[number];
  if (world_.instances[number]->process().lives()) {
    if (!one.known) one.started = wall();
    one.known = true;
    return;
  }
  if (one.pending || one.failed) return;
  if (!one.known) return start_instance(life, number, Time(0));
  one.known = false;
  one.failures.push_back({.at = wall(), .lasted = wall() - one.started, .cause = "ended"});
  const auto decision = decide_restart(one.failures);
  if (const auto* restart = std::get_if<Restart>(&decision)) {
    start_instance(life, number, std::max(Time(0), restart->at - wall()));
  } else {
    one.failed = true;
    world_.tell("i{} has failed", number);
  }
}

void Sluiced::start_instance(std::uint64_t life, std::size_t number, Time pause) {
  hosted_[number].pending = true;
  const Time takes = pause + world_.random.between(start_min, start_max);
  world_.timeline.after(takes, [this, life, number] {
    process_.run(life, [this, number] {
      const auto one = hosted_.find(number);
      if (one == hosted_.end() || !one->second.pending) return;
      one->second.pending = false;
      one->second.known = true;
      one->second.started = wall();
      if (!world_.instances[number]->process().lives()) world_.instances[number]->start();
    });
  });
}

void Sluiced::notice_end(std::size_t number) {
  if (!process_.lives()) return;
  process_.run(process_.life(), [this, number] {
    if (hosted_.contains(number) && hosted_[number].known) keep_running(process_.life(), number);
  });
}

bool Sluiced::has_failed(std::size_t instance) const {
  const auto found = hosted_.find(instance);
  return found != hosted_.end() && found->second.failed;
}

void Sluiced::start_failed() {
  for (auto& [number, one] : hosted_) {
    if (!one.failed) continue;
    one.failed = false;
    one.failures.clear();
  }
}

void Sluiced::record_files(const Rows& rows) {
  for (const auto& [number, one] : hosted_) {
    const Instance& instance = *world_.instances[number];
    const PrimaryRecord& primary = rows.tenants[instance.tenant()].primary;
    if (primary.instance != instance.name() || instance.log().is_empty() || !instance.process().is_well()) continue;
    const TenantLog log = instance.log();
    const std::uint64_t first = std::max(log.first_file, recorded_last_[number] + 1);
    if (first > log.last_file()) continue;
    const auto serve = [this, log, first, tenant = instance.tenant(), epoch = primary.epoch]() -> std::optional<bool> {
      bool stored = true;
      for (std::uint64_t file = first; file <= log.last_file(); ++file)
        stored = world_.metadb->record_file(tenant, epoch, file, log.begin_of(file)) && stored;
      return stored;
    };
    const auto done = [this, number, life = process_.life(), last = log.last_file()](std::optional<bool> stored) {
      if (stored == true) process_.run(life, [this, number, last] { recorded_last_[number] = last; });
    };
    world_.network.ask<bool>(host_, world_.metadb_node(), metadb_limit, serve, done);
  }
}

}  // namespace sluice::cluster::simulation
