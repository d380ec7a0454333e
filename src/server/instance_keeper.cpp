#include "server/instance_keeper.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>

#include "base/file.h"
#include "base/log.h"
#include "manage/cluster_view.h"
#include "manage/stored_options.h"
#include "metadb/log_files.h"
#include "metadb/meta_db.h"
#include "metadb/tenants.h"
#include "server/instance_settings.h"
#include "server/instance_step.h"
#include "server/takeover.h"
#include "supervise/instance_start.h"
#include "supervise/run_on.h"

namespace sluice::server {

namespace asio = boost::asio;
using metadb::InstanceState;

namespace {

constexpr std::chrono::seconds stop_limit{30};
constexpr std::chrono::seconds wait_interval{1};

/// Of instances that are not to be dropped; those that are stay LogicalDrop until they are gone.
constexpr std::array serving_states = {InstanceState::init,   InstanceState::starting, InstanceState::running,
                                       InstanceState::failed, InstanceState::stopped,  InstanceState::offline};
constexpr std::array dropping_states = {InstanceState::logical_drop};
constexpr std::size_t failures_kept = 32;  ///< more than any decision looks at

cluster::Moment to_moment(std::chrono::steady_clock::time_point time) {
  return cluster::Moment(std::chrono::duration_cast<cluster::Milliseconds>(time.time_since_epoch()));
}

/// Whether the instance has begun its log: from then on that says where it goes on.
bool has_log(const std::filesystem::path& directory) {
  std::error_code error;
  const auto files = std::filesystem::directory_iterator(directory / "data" / "binlog", error);
  return !error && std::any_of(begin(files), end(files), [](const std::filesystem::directory_entry& entry) {
    return entry.path().filename().string().starts_with("mysql-bin.0");
  });
}

/// Where the log of an instance begins that is not the first of its tenant, and has nobody to copy from: nothing if no
/// file is recorded. One that stands in for a lost one has no time for all that there was.
Result<std::optional<metadb::LogFile>> find_first_file(metadb::MetaDb& database, const metadb::Instance& instance,
                                                       const manage::EffectiveValues& values) {
  const auto options = manage::parse_options(instance.options);
  if (!options) return std::unexpected(options.error());
  if (options->stands_in_for.empty()) return metadb::first_log_file(database, instance.tenant);
  auto beginning = find_beginning(database, instance.tenant, values.number("max_binlog_size"));
  if (!beginning) return std::unexpected(std::move(beginning.error()));
  return std::move(beginning->file);
}

/// All instances of a tenant have the same log. The first one begins it where CREATE BINLOG says; one without a log
/// that has nobody to copy it from begins at a file that is recorded.
Result<void> plan_beginning(metadb::MetaDb& database, const metadb::Instance& instance,
                            const manage::EffectiveValues& values, const std::filesystem::path& directory,
                            StartPlan& plan) {
  const auto file = find_first_file(database, instance, values);
  if (!file) return std::unexpected(file.error());
  if (*file) {
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    plan.settings.start_boundary = directory / "boundary.toml";
    return replace_file(plan.settings.start_boundary, (*file)->source_place);
  }
  auto instances = metadb::list_instances(database, {.tenant = instance.tenant});
  if (!instances) return std::unexpected(std::move(instances.error()));
  std::erase_if(*instances, [](const metadb::Instance& one) { return one.wanted != metadb::Wanted::running; });
  plan.waits = !instances->empty() && instances->front().name != instance.name;
  return {};
}

Result<StartPlan> make_plan(metadb::MetaDb& database, const metadb::Instance& instance,
                            const std::filesystem::path& directory, const InstanceKeeper::Services& services) {
  const auto tenant = metadb::read_tenant(database, instance.tenant);
  if (!tenant) return std::unexpected(tenant.error());
  const auto cluster_values = manage::read_cluster_parameters(database);
  if (!cluster_values) return std::unexpected(cluster_values.error());
  const auto values = manage::effective_values(*cluster_values, *tenant, &instance);
  if (!values) return std::unexpected(values.error());
  const auto accounts = metadb::list_accounts(database);
  if (!accounts) return std::unexpected(accounts.error());
  auto settings = instance_settings({.tenant = *tenant,
                                     .instance = instance,
                                     .values = *values,
                                     .accounts = *accounts,
                                     .trusted = services.config->trusted_texts,
                                     .listen_address = services.config->listen_address,
                                     .key = services.key});
  if (!settings) return std::unexpected(std::move(settings.error()));
  StartPlan plan;
  plan.settings = std::move(*settings);
  plan.limits = instance_limits(*values);
  plan.ready_limit = std::chrono::seconds(values->number("max_instance_startup_wait_sec"));
  if (has_log(directory) || plan.settings.primary) return plan;
  if (auto begun = plan_beginning(database, instance, *values, directory, plan); !begun) {
    return std::unexpected(std::move(begun.error()));
  }
  return plan;
}

/// Where we reach our own instances.
std::string own_address(const std::string& listen_address) {
  if (listen_address == "0.0.0.0") return "127.0.0.1";
  if (listen_address == "::") return "::1";
  return listen_address;
}

}  // namespace

void InstanceKeeper::spawn(asio::awaitable<void> action) {
  asio::co_spawn(supervisor_->loop(), std::move(action), [](const std::exception_ptr& thrown) {
    if (thrown) std::rethrow_exception(thrown);
  });
}

bool InstanceKeeper::runs(const std::string& name) const {
  const auto running = supervisor_->running();
  return std::ranges::find(running, name, &supervise::Running::name) != running.end();
}

bool InstanceKeeper::is_ready(const std::string& name) const {
  std::error_code error;
  return std::filesystem::exists(supervisor_->directory_of(name) / "data" / "port", error);
}

asio::awaitable<void> InstanceKeeper::adopt_all() {
  std::error_code error;
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(services_.config->directory / "instances", error)) {
    if (entry.is_directory(error)) names.push_back(entry.path().filename().string());
  }
  for (const std::string& name : names) {
    if (!supervise::is_instance_name(name)) continue;
    const auto found = co_await supervisor_->adopt(name);
    if (!found) {
      log::error("instance {}: {}", name, found.error().message);
    } else if (*found) {
      log::info("instance {} runs already, and is adopted", name);
      adopted_[name] = Clock::now();
    }
  }
}

void InstanceKeeper::take(std::vector<metadb::Instance> instances, std::uint64_t notes) {
  std::map<std::string, Kept> kept;
  for (metadb::Instance& row : instances) {
    if (row.state == InstanceState::drop) continue;
    if (!supervise::is_instance_name(row.name)) {
      log::error("the MetaDB has an instance '{}' for this server, which is no name of one; it is left alone",
                 row.name);
      continue;
    }
    const auto before = kept_.find(row.name);
    Kept one = before == kept_.end() ? Kept{} : std::move(before->second);
    if (before == kept_.end()) {
      if (const auto adopted = adopted_.find(row.name); adopted != adopted_.end()) one.started = adopted->second;
    }
    // START BINLOG INSTANCE made it "Init" again: what failed before is forgotten.
    if (row.state == InstanceState::init && one.row.state == InstanceState::failed) {
      one.failures.clear();
      one.start_at = {};
    }
    if (before != kept_.end() && one.noted > notes) {
      row.state = one.row.state;
      row.pid = one.row.pid;
      row.port = one.row.port;
    }
    one.drop_at = Clock::now() + std::chrono::duration_cast<Clock::duration>(row.drop_in);
    one.row = std::move(row);
    one.options = manage::parse_options(one.row.options).value_or(manage::StoredOptions{});
    kept.emplace(one.row.name, std::move(one));
  }
  // An action under way on one that is gone finds out by itself.
  kept_ = std::move(kept);
}

void InstanceKeeper::act() {
  for (auto& [name, kept] : kept_)
    act_on(kept);
}

void InstanceKeeper::act_on(Kept& kept) {
  if (kept.busy) return;
  const std::string& name = kept.row.name;
  const bool process = runs(name);
  const InstanceStep step = next_step({.wanted = kept.row.wanted,
                                       .state = kept.row.state,
                                       .runs = process,
                                       .ready = process && is_ready(name),
                                       .start_due = Clock::now() >= kept.start_at,
                                       .drop_due = Clock::now() >= kept.drop_at});
  if (step != InstanceStep::none) {
    kept.busy = true;
    spawn(carry_out(name, step));
  } else if (process && kept.row.state == InstanceState::running && knows_leader(kept.row) &&
             kept.told != to_be_told(kept.row) && Clock::now() >= kept.start_at) {
    kept.busy = true;
    spawn(tell(name));
  }
}

// Arguments of coroutines are named everywhere here: g++ 12 destroys twice what is made within a co_await.

asio::awaitable<void> InstanceKeeper::carry_out(std::string name, InstanceStep step) {
  switch (step) {
    case InstanceStep::start:
      co_await start(name);
      break;
    case InstanceStep::stop:
      co_await stop(name);
      break;
    case InstanceStep::note_running: {
      const auto all = running();
      const auto found = std::ranges::find(all, name, &Running::name);
      if (found == all.end()) break;
      const metadb::InstanceChange running_now{.to = InstanceState::running, .pid = found->pid, .port = found->port};
      co_await note(name, running_now);
      break;
    }
    case InstanceStep::note_stopped: {
      const metadb::InstanceChange stopped{.to = InstanceState::stopped, .pid = 0};
      co_await note(name, stopped);
      break;
    }
    case InstanceStep::remove:
      co_await remove(name);
      break;
    case InstanceStep::none:
      break;
  }
  co_await end_action(name);
}

/// One that ended while something was done with it, as right behind its start, has failed as any other.
asio::awaitable<void> InstanceKeeper::end_action(std::string name) {
  const auto kept = kept_.find(name);
  if (kept == kept_.end()) co_return;
  std::optional<std::string> ended = std::exchange(kept->second.ended, std::nullopt);
  if (ended && kept->second.row.wanted == metadb::Wanted::running && !runs(name)) {
    std::string cause = std::move(*ended);
    co_await failed(name, std::move(cause));
  }
  if (const auto still = kept_.find(name); still != kept_.end()) still->second.busy = false;
}

std::set<std::uint16_t> InstanceKeeper::taken_ports() const {
  std::set<std::uint16_t> ports;
  for (const auto& [name, kept] : kept_) {
    if (kept.row.port != 0) ports.insert(kept.row.port);
  }
  return ports;
}

supervise::InstanceStart InstanceKeeper::make_start(const metadb::Instance& row, StartPlan plan) const {
  supervise::InstanceStart start;
  start.name = row.name;
  start.program = services_.config->instance_program;
  start.settings = std::move(plan.settings);
  start.ports = services_.config->ports;
  start.taken = taken_ports();
  start.taken.erase(row.port);
  start.ready_limit = plan.ready_limit;
  start.before_program = [limits = services_.limits, name = row.name, its = plan.limits](pid_t pid) {
    const supervise::Enforcement placed = limits->place(name, its, pid);
    // That there are no groups at all has been said at our start.
    if (!placed.enforced && limits->state().enforced) {
      log::warning("instance {} runs without its limits: {}", name, placed.reason);
    }
  };
  return start;
}

asio::awaitable<Result<StartPlan>> InstanceKeeper::plan_start(const metadb::Instance& row) const {
  const auto directory = supervisor_->directory_of(row.name);
  const auto work = [&] {
    return services_.metadb->with(
        [&](metadb::MetaDb& database) { return make_plan(database, row, directory, services_); });
  };
  co_return co_await supervise::run_on(supervisor_->pool(), supervisor_->loop(), work);
}

asio::awaitable<void> InstanceKeeper::start(std::string name) {
  const auto found = kept_.find(name);
  if (found == kept_.end()) co_return;
  const metadb::Instance row = found->second.row;
  const Told told = to_be_told(row);
  const std::filesystem::path directory = supervisor_->directory_of(name);
  auto plan = co_await plan_start(row);
  if (plan && plan->waits) {
    if (const auto kept = kept_.find(name); kept != kept_.end()) kept->second.start_at = Clock::now() + wait_interval;
    co_return;
  }
  if (!plan && metadb::is_away(plan.error())) {
    co_await start_as_before(name);
    co_return;
  }
  if (!plan) {
    std::string cause = plan.error().message;
    co_await failed(name, std::move(cause));
    co_return;
  }
  metadb::InstanceChange starting{.to = InstanceState::starting, .pid = 0, .work_path = directory.string()};
  starting.restarted = row.state != InstanceState::init;
  co_await note(name, starting);
  // The cluster's parameters decide, not those that were set at the instance itself in an earlier life.
  std::error_code ignored;
  std::filesystem::remove(directory / "data" / "parameters", ignored);
  const supervise::InstanceStart start = make_start(row, std::move(*plan));
  const auto started = co_await supervise::start_instance(*supervisor_, start);
  if (!started) {
    std::string cause = started.error().message;
    co_await failed(name, std::move(cause));
    co_return;
  }
  if (row.state == InstanceState::init) ++services_.totals->instances_created;
  log::info("instance {} of {} runs: process {}, port {}", name, metadb::to_text(row.tenant), started->pid,
            started->port);
  if (const auto kept = kept_.find(name); kept != kept_.end()) {
    kept->second.started = Clock::now();
    kept->second.told = told;
    kept->second.row.port = started->port;
  }
  metadb::InstanceChange running{.to = InstanceState::running, .pid = started->pid, .port = started->port};
  if (started->ready) co_await note(name, running);
}

/// While the MetaDB is away: with the file it was started with. One that never was waits.
asio::awaitable<void> InstanceKeeper::start_as_before(std::string name) {
  if (const auto kept = kept_.find(name); kept != kept_.end()) kept->second.start_at = Clock::now() + wait_interval;
  const auto file = supervisor_->directory_of(name) / "instance.toml";
  std::error_code error;
  if (!std::filesystem::exists(file, error)) co_return;
  std::filesystem::remove(supervisor_->directory_of(name) / "data" / "port", error);
  std::vector<std::string> command{services_.config->instance_program.string(), "--config", file.string()};
  std::vector<std::string> environment = supervise::usual_environment();
  const auto pid = co_await supervisor_->start(name, std::move(command), std::move(environment));
  if (!pid) {
    std::string cause = pid.error().message;
    co_await failed(name, std::move(cause));
    co_return;
  }
  log::warning("instance {} is started as it was before, without its limits: the MetaDB is away", name);
  if (const auto kept = kept_.find(name); kept != kept_.end()) kept->second.started = Clock::now();
}

asio::awaitable<void> InstanceKeeper::stop(std::string name) {
  const auto ending = co_await supervisor_->stop(name, stop_limit);
  if (!ending) {
    log::error("instance {} cannot be stopped: {}", name, ending.error().message);
    co_return;
  }
  ++services_.totals->instances_stopped;
  log::info("instance {} is stopped, as asked for: {}", name, ending->text());
  (void)services_.limits->remove(name);
  if (const auto kept = kept_.find(name); kept != kept_.end()) kept->second.started.reset();
}

asio::awaitable<void> InstanceKeeper::remove(std::string name) {
  const auto directory = supervisor_->directory_of(name);
  const auto work = [&] {
    std::error_code error;
    std::filesystem::remove_all(directory, error);
    return error;
  };
  const std::error_code error = co_await supervise::run_on(supervisor_->pool(), supervisor_->loop(), work);
  if (error) {
    log::error("instance {}: {} cannot be removed: {}; it is tried again", name, directory.string(), error.message());
    if (const auto kept = kept_.find(name); kept != kept_.end()) kept->second.drop_at = Clock::now() + stop_limit;
    co_return;
  }
  ++services_.totals->instances_released;
  log::info("instance {} is dropped, and its files are removed", name);
  const metadb::InstanceChange gone{.to = InstanceState::drop, .pid = 0};
  co_await note(name, gone);  // if that fails, all of this is done again
}

asio::awaitable<void> InstanceKeeper::note(std::string name, const metadb::InstanceChange& change) {
  ++notes_;
  const auto work = [&] {
    return services_.metadb->with([&](metadb::MetaDb& database) {
      const std::span<const InstanceState> from = change.to == InstanceState::drop
                                                      ? std::span<const InstanceState>(dropping_states)
                                                      : std::span<const InstanceState>(serving_states);
      return metadb::change_instance_state(database, name, from, change);
    });
  };
  const auto noted = co_await supervise::run_on(supervisor_->pool(), supervisor_->loop(), work);
  if (!noted) {
    log::warning("instance {}: that it is {} could not be told to the MetaDB: {}", name, metadb::to_text(change.to),
                 noted.error().message);
    co_return;
  }
  if (const auto kept = kept_.find(name); kept != kept_.end() && *noted) {
    kept->second.noted = ++notes_;
    kept->second.row.state = change.to;
    if (change.pid) kept->second.row.pid = *change.pid;
    if (change.port) kept->second.row.port = *change.port;
  }
  if (change.to == InstanceState::running || change.to == InstanceState::failed) services_.changed();
}

void InstanceKeeper::ended(const std::string& name, const supervise::Ending& ending) {
  ++services_.totals->instances_down;
  log::error("instance {} {}", name, ending.text());
  const auto kept = kept_.find(name);
  if (kept == kept_.end() || kept->second.row.wanted != metadb::Wanted::running) return;
  kept->second.ended = ending.text();
  if (std::exchange(kept->second.busy, true)) return;  // what is under way sees to it at its end
  spawn(end_action(name));
}

/// Decides whether it is started again, and when.
asio::awaitable<void> InstanceKeeper::failed(std::string name, std::string cause) {
  const auto kept = kept_.find(name);
  if (kept == kept_.end()) co_return;
  const Clock::time_point now = Clock::now();
  const auto lasted = kept->second.started ? now - *kept->second.started : Clock::duration{};
  kept->second.started.reset();
  kept->second.failures.push_back({.at = to_moment(now),
                                   .lasted = std::chrono::duration_cast<cluster::Milliseconds>(lasted),
                                   .cause = std::move(cause)});
  auto& failures = kept->second.failures;
  if (failures.size() > failures_kept) failures.erase(failures.begin());
  const auto decision = cluster::decide_restart(failures);
  metadb::InstanceChange change{.to = InstanceState::starting, .pid = 0};
  if (const auto* restart = std::get_if<cluster::Restart>(&decision)) {
    kept->second.start_at = now + (restart->at - to_moment(now));
    change.failure = restart->reason;
    log::warning("instance {}: {}", name, restart->reason);
  } else {
    change.to = InstanceState::failed;
    change.failure = std::get<cluster::GiveUp>(decision).reason;
    log::error("instance {}: {}", name, *change.failure);
  }
  std::string what = change.to == InstanceState::failed ? "give up instance" : "restart instance";
  std::string reason = *change.failure;
  co_await note(name, change);
  // It waits for a person also if the MetaDB could not be told.
  if (const auto still = kept_.find(name); still != kept_.end() && change.to == InstanceState::failed) {
    still->second.row.state = InstanceState::failed;
  }
  co_await remember(name, std::move(what), std::move(reason));
}

/// In the history. What cannot be told the MetaDB now is in the log alone.
asio::awaitable<void> InstanceKeeper::remember(std::string name, std::string what, std::string reason) {
  const auto kept = kept_.find(name);
  if (kept == kept_.end()) co_return;
  metadb::HistoryEntry entry;
  entry.decision = {.what = std::move(what), .who = "server " + kept->second.row.server, .reason = std::move(reason)};
  entry.tenant = kept->second.row.tenant;
  entry.instance = name;
  entry.server = kept->second.row.server;
  const auto work = [&] {
    return services_.metadb->with([&](metadb::MetaDb& database) { return metadb::append_history(database, entry); });
  };
  const auto done = co_await supervise::run_on(supervisor_->pool(), supervisor_->loop(), work);
  if (!done) log::debug("instance {}: {}", name, done.error().message);
}

/// What does not change whom it follows, and from where, is left out: a primary that is started again at its port is
/// the same one.
InstanceKeeper::Told InstanceKeeper::to_be_told(const metadb::Instance& row) const {
  Told told{.accounts = accounts_version_};
  if (!followed_primary(row, services_.key)) return told;
  told.leader = {.epoch = row.leader.epoch, .name = row.leader.name, .ip = row.leader.ip, .port = row.leader.port};
  return told;
}

/// A primary that starts has no port yet: nobody is told to follow it, nor to be primary instead.
bool InstanceKeeper::knows_leader(const metadb::Instance& row) {
  return row.leader.name.empty() || row.leader.name == row.name || row.leader.port != 0;
}

/// Writes the instance's file, which it reads again at SIGHUP: accounts, and whom it follows. The rest of it stays as
/// the instance was started with, so it is made anew from the MetaDB.
asio::awaitable<void> InstanceKeeper::tell(std::string name) {
  const auto kept = kept_.find(name);
  if (kept == kept_.end()) co_return;
  const metadb::Instance row = kept->second.row;
  const Told told = to_be_told(row);
  const auto directory = supervisor_->directory_of(name);
  const auto work = [&]() -> Result<void> {
    auto plan = services_.metadb->with(
        [&](metadb::MetaDb& database) { return make_plan(database, row, directory, services_); });
    if (!plan) return std::unexpected(std::move(plan.error()));
    plan->settings.data_directory = directory / "data";
    plan->settings.messages_file = directory / "messages.log";
    return supervise::write_instance_file(directory / "instance.toml", plan->settings);
  };
  const auto written = co_await supervise::run_on(supervisor_->pool(), supervisor_->loop(), work);
  const auto still = kept_.find(name);
  if (still == kept_.end()) co_return;
  if (!written) {
    log::warning("instance {}: its accounts and whom it follows could not be renewed, which is tried again: {}", name,
                 written.error().message);
    still->second.start_at = Clock::now() + wait_interval;
    co_await end_action(name);
    co_return;
  }
  const bool leads = row.is_primary && !still->second.told.leader.name.empty();
  still->second.told = told;
  const auto all = supervisor_->running();
  const auto found = std::ranges::find(all, name, &supervise::Running::name);
  if (found != all.end()) ::kill(found->pid, SIGHUP);
  co_await end_action(name);
  if (!leads) co_return;
  std::string what = "lead";
  std::string reason = fmt::format("followed until now; was told that it is primary, of epoch {}", row.leader.epoch);
  co_await remember(name, std::move(what), std::move(reason));
}

std::vector<InstanceKeeper::Running> InstanceKeeper::running() const {
  std::vector<Running> list;
  const std::string ip = own_address(services_.config->listen_address);
  for (const supervise::Running& process : supervisor_->running()) {
    const auto kept = kept_.find(process.name);
    if (kept == kept_.end()) continue;
    const auto directory = supervisor_->directory_of(process.name);
    const auto port = read_file(directory / "data" / "port", 16);
    list.push_back(
        {.name = process.name,
         .ip = ip,
         .port = port ? static_cast<std::uint16_t>(std::strtoul(port->c_str(), nullptr, 10)) : std::uint16_t{0},
         .pid = process.pid,
         .directory = directory,
         .state = kept->second.row.state,
         .tenant = kept->second.row.tenant,
         .primary = kept->second.row.is_primary,
         .options = kept->second.options,
         .leader = kept->second.row.leader});
  }
  return list;
}

std::vector<metadb::TenantName> InstanceKeeper::tenants_of_failed_primaries() const {
  std::vector<metadb::TenantName> list;
  for (const auto& [name, kept] : kept_) {
    if (kept.row.is_primary && kept.row.state == InstanceState::failed) list.push_back(kept.row.tenant);
  }
  return list;
}

}  // namespace sluice::server
