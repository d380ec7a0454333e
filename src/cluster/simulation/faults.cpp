#include "cluster/simulation/faults.h"

#include <algorithm>

#include "cluster/simulation/instance.h"
#include "cluster/simulation/meta_db.h"
#include "cluster/simulation/sluiced.h"
#include "cluster/simulation/watch.h"
#include "cluster/simulation/world.h"

namespace sluice::cluster::simulation {

namespace {

/// How a fault ends. `disturbs`: while it lasts, the cluster need not do what it does otherwise.
struct Effect {
  bool disturbs = true;
  Action end;
};

std::size_t some_host(World& world) {
  return world.random.below(world.hosts());
}

/// A primary as often as not.
Instance& some_instance(World& world) {
  const auto& tenant = world.random.pick(world.metadb->rows().tenants);
  if (world.random.chance(50)) return *world.instances[world.number_of(tenant.primary.instance)];
  return *world.instances[world.random.below(world.instances.size())];
}

Effect kill_instance(World& world) {
  Instance& instance = some_instance(world);
  if (!instance.process().lives()) return {};
  world.tell("kill -9 {}", instance.name());
  instance.kill();
  world.timeline.after(Time(5), [&world, &instance] { world.servers[instance.host()]->notice_end(instance.number()); });
  return {.disturbs = true, .end = [] {}};
}

Effect stop(World& world, Process& process, const std::string& name) {
  if (!process.lives()) return {};
  world.tell("SIGSTOP {}", name);
  process.stop();
  return {.disturbs = true, .end = [&world, &process, name, life = process.life()] {
            world.tell("SIGCONT {}", name);
            process.go_on(life);
          }};
}

Effect kill_sluiced(World& world) {
  const std::size_t host = some_host(world);
  Sluiced& sluiced = *world.servers[host];
  if (!sluiced.process().lives()) return {};
  world.tell("kill -9 sluiced of host {}", host);
  sluiced.kill();
  return {.disturbs = true, .end = [&world, &sluiced, host] {
            if (world.network.is_up(host) && !sluiced.process().lives()) sluiced.start();
          }};
}

Effect lose_host(World& world) {
  const std::size_t host = some_host(world);
  if (!world.network.is_up(host)) return {};
  world.tell("host {} is lost", host);
  world.network.set_up(host, false);
  world.servers[host]->kill();
  for (const auto& instance : world.instances) {
    if (instance->host() != host) continue;
    instance->kill();
    instance->lose_tail(world.random.below(8));
  }
  return {.disturbs = false, .end = [&world, host] {
            world.tell("host {} is back", host);
            world.network.set_up(host, true);
            world.servers[host]->start();
          }};
}

Effect cut(World& world, std::vector<std::pair<std::size_t, std::size_t>> ways) {
  for (const auto& [from, to] : ways) {
    world.tell("the way from {} to {} is cut", from, to);
    world.network.cut(from, to);
  }
  return {.disturbs = true, .end = [&world, ways] {
            for (const auto& [from, to] : ways) {
              world.tell("the way from {} to {} is open again", from, to);
              world.network.mend(from, to);
            }
          }};
}

Effect cut_hosts(World& world, bool both) {
  const std::size_t from = some_host(world);
  const std::size_t to = (from + 1 + world.random.below(world.hosts() - 1)) % world.hosts();
  if (both) return cut(world, {{from, to}, {to, from}});
  return cut(world, {{from, to}});
}

Effect cut_metadb(World& world) {
  const std::size_t host = some_host(world);
  if (world.random.chance(50)) return cut(world, {{host, world.metadb_node()}});
  return cut(world, {{world.metadb_node(), host}});
}

Effect isolate(World& world) {
  const std::size_t host = some_host(world);
  std::vector<std::pair<std::size_t, std::size_t>> ways;
  for (std::size_t other = 0; other <= world.hosts(); ++other) {
    if (other == host) continue;
    ways.emplace_back(host, other);
    ways.emplace_back(other, host);
  }
  return cut(world, std::move(ways));
}

Effect metadb_away(World& world) {
  if (!world.network.is_up(world.metadb_node())) return {};
  world.tell("the MetaDB is away");
  world.network.set_up(world.metadb_node(), false);
  return {.disturbs = true, .end = [&world] {
            world.tell("the MetaDB is back");
            world.network.set_up(world.metadb_node(), true);
          }};
}

Milliseconds jump(World& world) {
  if (world.random.chance(50)) return world.random.between(Time(-5000), Time(5000));
  return world.random.between(std::chrono::hours(-3), std::chrono::hours(3));
}

Effect jump_metadb(World& world) {
  const Milliseconds by = jump(world);
  world.tell("the MetaDB's clock jumps by {} ms", by.count());
  world.metadb->set_clock(by);
  return {.disturbs = false, .end = [] {}};
}

Effect jump_host(World& world) {
  const std::size_t host = some_host(world);
  const Milliseconds by = jump(world);
  world.tell("the clock of host {} jumps by {} ms", host, by.count());
  world.servers[host]->set_clock(by);
  return {.disturbs = false, .end = [] {}};
}

Effect bad_weather(World& world) {
  world.tell("bad weather");
  world.network.begin_bad_weather();
  return {.disturbs = true, .end = [&world] {
            world.tell("good weather");
            world.network.end_bad_weather();
          }};
}

Effect fill_disk(World& world) {
  Instance& instance = some_instance(world);
  world.tell("the disk of {} is full", instance.name());
  instance.fill_disk(true);
  return {.disturbs = false, .end = [&world, &instance] {
            world.tell("the disk of {} has room again", instance.name());
            instance.fill_disk(false);
          }};
}

Effect source_away(World& world) {
  const std::size_t tenant = world.random.below(world.sources.size());
  world.tell("the database of tenant {} is away", tenant);
  ++world.sources[tenant].times_away;
  return {.disturbs = false, .end = [&world, tenant] {
            world.tell("the database of tenant {} is back", tenant);
            --world.sources[tenant].times_away;
          }};
}

Effect slow_down(World& world) {
  Instance& instance = some_instance(world);
  world.tell("{} is slow", instance.name());
  instance.set_slow(true);
  return {.disturbs = false, .end = [&instance] { instance.set_slow(false); }};
}

Effect begin(World& world, Fault fault) {
  switch (fault) {
    case Fault::instance_killed:
      return kill_instance(world);
    case Fault::instance_stopped: {
      Instance& instance = some_instance(world);
      return stop(world, instance.process(), instance.name());
    }
    case Fault::sluiced_killed:
      return kill_sluiced(world);
    case Fault::sluiced_stopped: {
      const std::size_t host = some_host(world);
      return stop(world, world.servers[host]->process(), fmt::format("sluiced of host {}", host));
    }
    case Fault::host_lost:
      return lose_host(world);
    case Fault::metadb_away:
      return metadb_away(world);
    case Fault::metadb_clock_jumps:
      return jump_metadb(world);
    case Fault::host_clock_jumps:
      return jump_host(world);
    case Fault::way_cut:
      return cut_hosts(world, false);
    case Fault::hosts_cut:
      return cut_hosts(world, true);
    case Fault::metadb_cut:
      return cut_metadb(world);
    case Fault::host_isolated:
      return isolate(world);
    case Fault::bad_weather:
      return bad_weather(world);
    case Fault::disk_full:
      return fill_disk(world);
    case Fault::source_away:
      return source_away(world);
    case Fault::slow_instance:
      return slow_down(world);
  }
  return {};
}

}  // namespace

const std::vector<Fault>& all_faults() {
  static const std::vector<Fault> all = {Fault::instance_killed, Fault::instance_stopped,   Fault::sluiced_killed,
                                         Fault::sluiced_stopped, Fault::host_lost,          Fault::host_lost,
                                         Fault::metadb_away,     Fault::metadb_clock_jumps, Fault::host_clock_jumps,
                                         Fault::way_cut,         Fault::hosts_cut,          Fault::metadb_cut,
                                         Fault::host_isolated,   Fault::bad_weather,        Fault::disk_full,
                                         Fault::source_away,     Fault::slow_instance};
  return all;
}

void strike(World& world, Fault fault, Time longest) {
  Effect effect = begin(world, fault);
  if (!effect.end) return;  // it was so already
  world.watch->note_fault(true, effect.disturbs);
  const bool is_long = world.random.chance(30);
  const Time lasts = world.random.between(Time(100), is_long ? Time(60'000) : Time(8'000));
  world.timeline.after(std::min(lasts, longest),
                       [&world, disturbs = effect.disturbs, end = std::move(effect.end)]() mutable {
                         end();
                         world.watch->note_fault(false, disturbs);
                       });
}

}  // namespace sluice::cluster::simulation
