#include "server/server.h"

#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include "base/file.h"
#include "base/json_text.h"
#include "base/log.h"
#include "database/key_file.h"
#include "metrics/metrics_server.h"
#include "server/cluster_link.h"
#include "server/entry.h"
#include "server/file_records.h"
#include "server/instance_keeper.h"
#include "server/lost_relays.h"
#include "server/moves.h"
#include "server/node_id.h"
#include "server/primaries.h"
#include "server/reporter.h"
#include "server/stand_ins.h"
#include "supervise/run_on.h"
#include "supervise/server_metrics.h"

namespace sluice::server {

namespace asio = boost::asio;
using std::chrono::steady_clock;

namespace {

constexpr std::size_t pool_threads = 8;
constexpr std::chrono::milliseconds beat_interval{500};
constexpr std::chrono::seconds sample_interval{5};

Result<FileDescriptor> take_directory(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory / "instances", error);
  if (error) {
    return fail(ErrorKind::io,
                fmt::format("cannot make the directory {}: {}", (directory / "instances").string(), error.message()));
  }
  auto file = open_file(directory / "lock", O_RDWR | O_CREAT);
  if (!file) return file;
  if (::flock(file->get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorKind::refused, fmt::format("the directory {} is in use by another sluiced", directory.string()));
  }
  std::filesystem::remove(directory / "port", error);
  std::filesystem::remove(directory / "metrics_port", error);
  return file;
}

metadb::ServerIdentity identity_of(const Config& config, const std::string& id, const supervise::Enforcement& limits) {
  return {.id = id,
          .address = config.address,
          .port = config.port,
          .region = config.region,
          .idc = config.idc,
          .zone = config.zone,
          .group = config.group,
          .configuration = fmt::format(
              R"({{"cluster":{},"version":{},"first_port":{},"last_port":{},"limits_enforced":{},"limits_reason":{}}})",
              json_text(config.cluster), json_text(SLUICE_VERSION), config.ports.first, config.ports.last,
              limits.enforced, json_text(limits.reason))};
}

std::optional<metadb::Account> administrator_of(const Config& config) {
  if (!config.administrator) return std::nullopt;
  return metadb::Account{.name = config.administrator->name,
                         .native_hash = config.administrator->native,
                         .password_hash = config.administrator->password_hash,
                         .tag = "admin"};
}

Result<std::shared_ptr<mysql::Interruption>> make_interruption() {
  return mysql::Interruption::make();
}

}  // namespace

struct Server::State {
  State(Config its_config, FileDescriptor its_lock, std::string its_id, const CipherKey& its_key,
        std::shared_ptr<mysql::Interruption> its_interruption)
      : config(std::move(its_config)),
        lock(std::move(its_lock)),
        id(std::move(its_id)),
        key(its_key),
        interruption(std::move(its_interruption)),
        metadb(config.metadb),
        routes(config.metadb, {.connections = 2}),
        limits(supervise::LimitGroups::open(config.control_group)),
        asker(key, interruption),
        pool(pool_threads),
        timer(loop),
        link({.metadb = config.metadb,
              .identity = identity_of(config, id, limits.state()),
              .administrator = administrator_of(config),
              .totals = &totals,
              .key = key,
              .key_file_name = config.key_file.string()}),
        keeper({.config = &config,
                .key = key,
                .metadb = &metadb,
                .limits = &limits,
                .totals = &totals,
                .changed = [this] { look_soon(); }}),
        primaries({.server_id = id, .address = config.address, .instances = &asker, .totals = &totals}),
        sampler(config.directory) {
    sight.may_judge = [this] {
      const std::lock_guard guard(mutex);
      return watch.may_judge(steady_clock::now());
    };
    management.server_id = id;
    management.key = key;
    management.instances = &asker;
    management.totals = &totals;
    management.changed = [this] { look_soon(); };
  }

  [[nodiscard]] Result<void> open();
  void begin();
  void stop();
  void look_soon();
  [[nodiscard]] asio::awaitable<void> run();
  [[nodiscard]] asio::awaitable<void> look();
  void watch_primaries();
  [[nodiscard]] asio::awaitable<void> look_after_primaries();
  [[nodiscard]] asio::awaitable<void> look_after_relays();
  [[nodiscard]] asio::awaitable<void> do_chores();
  [[nodiscard]] asio::awaitable<void> pause();
  /// Such as a second server on an SQLite file: nothing that passes by itself.
  [[nodiscard]] bool refused_at_start() const { return refused.has_value(); }
  void tell_metadb_state(const Result<ClusterNews>& news);
  [[nodiscard]] Result<void> open_metrics();

  Config config;
  FileDescriptor lock;
  std::string id;
  CipherKey key;
  std::shared_ptr<mysql::Interruption> interruption;
  metadb::MetaDbPool metadb;
  metadb::MetaDbPool routes;  ///< for log-ins, which wait for no statement
  supervise::LimitGroups limits;
  metrics::ServerTotals totals;
  manage::InstanceClient asker;
  manage::ManagementServices management;

  asio::io_context loop;  ///< outlives what happens in it
  asio::thread_pool pool;
  asio::steady_timer timer;
  bool looking_soon = false;
  std::atomic<bool> stopping{false};
  std::atomic<bool> looked{false};  ///< at the MetaDB, with whatever success
  ClusterLink link;
  InstanceKeeper keeper;
  std::unique_ptr<supervise::Supervisor> supervisor;
  std::unique_ptr<Entry> entry;
  std::thread thread;

  // For other threads.
  std::mutex mutex;
  std::vector<InstanceKeeper::Running> running;
  supervise::ServerGauges gauges;
  supervise::NodeUse node;
  cluster::BeatWatch watch;

  std::unique_ptr<Reporter> reporter;
  std::unique_ptr<supervise::ServerMetrics> server_metrics;
  std::unique_ptr<metrics::MetricsServer> metrics_server;

  Primaries primaries;
  Primaries::Sight sight;
  DoubtPace doubt_pace;
  bool primaries_changed = true;  ///< something that they depend on
  bool primaries_under_way = false;
  bool relays_due = false;  ///< another primary somewhere, perhaps
  bool relays_under_way = false;

  FileRecords file_records;
  StandIns stand_ins;
  supervise::NodeSampler sampler;
  steady_clock::time_point sampled{};
  bool chores_under_way = false;
  bool metadb_is_away = false;
  std::optional<Error> refused;  ///< by the MetaDB, for good
};

Result<void> Server::State::open() {
  auto opened = supervise::Supervisor::open(config.directory / "instances", loop.get_executor(), pool.get_executor(),
                                            [this](const std::string& name, const supervise::Ending& ending) {
                                              keeper.ended(name, ending);
                                              look_soon();
                                            });
  if (!opened) return std::unexpected(std::move(opened.error()));
  supervisor = std::move(*opened);
  keeper.use(*supervisor);
  auto opened_entry = Entry::open({.config = &config,
                                   .metadb = &metadb,
                                   .routes = &routes,
                                   .management = &management,
                                   .totals = &totals,
                                   .server_id = number_of(id),
                                   .server_uuid = uuid_text(id)});
  if (!opened_entry) return std::unexpected(std::move(opened_entry.error()));
  entry = std::move(*opened_entry);
  // Not through `entry`, which is empty already while the statements under way end. Nobody can log in yet.
  management.take_accounts = [its = entry.get()](const std::vector<metadb::Account>& accounts) { its->take(accounts); };
  link.set_port(entry->port());
  if (!limits.state().enforced) log::info("limits of instances are not enforced: {}", limits.state().reason);
  return open_metrics();
}

/// A port that is taken is no reason not to serve.
Result<void> Server::State::open_metrics() {
  if (!config.metrics_enabled) return {};
  server_metrics = std::make_unique<supervise::ServerMetrics>(
      supervise::ServerMetrics::Sources{.labels = {{"server", config.address}},
                                        .node =
                                            [this] {
                                              const std::lock_guard guard(mutex);
                                              return node;
                                            },
                                        .gauges =
                                            [this] {
                                              const std::lock_guard guard(mutex);
                                              return gauges;
                                            },
                                        .totals = &totals});
  auto opened = metrics::MetricsServer::start(config.metrics_address, config.metrics_port,
                                              [this] { return server_metrics->collect(); });
  if (!opened) {
    log::error("there are no metrics: {}", opened.error().message);
    return {};
  }
  metrics_server = std::move(*opened);
  log::info("metrics are at http://{}:{}/metrics", config.metrics_address, metrics_server->port());
  return replace_file(config.directory / "metrics_port", std::to_string(metrics_server->port()) + "\n");
}

void Server::State::begin() {
  reporter = std::make_unique<Reporter>(
      key,
      [this] {
        const std::lock_guard guard(mutex);
        return running;
      },
      [this] { look_soon(); });
  asio::co_spawn(loop, run(), asio::detached);
  thread = std::thread([this] { loop.run(); });
}

/// The processes of instances go on. What was under way with one is found and ended by the next server.
void Server::State::stop() {
  if (stopping.exchange(true)) return;
  metrics_server.reset();
  interruption->request();
  loop.stop();
  if (thread.joinable()) thread.join();
  entry.reset();  // the loop used it
  pool.join();
  reporter.reset();  // the pool used it
}

/// Any thread.
void Server::State::look_soon() {
  asio::post(loop, [this] {
    looking_soon = true;
    timer.cancel();
  });
}

asio::awaitable<void> Server::State::pause() {
  if (!looking_soon) {
    boost::system::error_code ignored;
    const bool watching = !metadb_is_away && !primaries_under_way;
    timer.expires_after(watching ? doubt_pace.pause(steady_clock::now(), beat_interval) : beat_interval);
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  looking_soon = false;
}

asio::awaitable<void> Server::State::run() {
  co_await keeper.adopt_all();
  while (!stopping) {
    co_await look();
    if (!looked.exchange(true)) looked.notify_all();
    keeper.act();
    {
      const std::lock_guard guard(mutex);
      running = keeper.running();
      gauges.instances = keeper.count();
      gauges.replicas =
          static_cast<std::uint64_t>(std::ranges::count(running, false, &InstanceKeeper::Running::primary));
    }
    // Beside the beat, which waits for nobody.
    if (!metadb_is_away) watch_primaries();
    if (!metadb_is_away && relays_due && !relays_under_way) {
      relays_due = false;
      relays_under_way = true;
      asio::co_spawn(loop, look_after_relays(), asio::detached);
    }
    if (!metadb_is_away && !chores_under_way) {
      chores_under_way = true;
      asio::co_spawn(loop, do_chores(), asio::detached);
    }
    co_await pause();
  }
}

asio::awaitable<void> Server::State::look() {
  const std::uint64_t notes = keeper.notes();
  const auto work = [this] {
    if (steady_clock::now() - sampled > sample_interval) {
      sampled = steady_clock::now();
      supervise::NodeUse use = sampler.sample();
      const std::lock_guard guard(mutex);
      node = std::move(use);
    }
    return link.look(supervise::json_text(node), reporter->reports());
  };
  auto news = co_await supervise::run_on(pool.get_executor(), loop.get_executor(), work);
  tell_metadb_state(news);
  if (!news) co_return;
  relays_due = relays_due || news->instances_changed;
  primaries_changed = primaries_changed || news->instances_changed || news->servers_changed;
  sight.silences = std::move(news->silences);
  if (news->accounts) {
    entry->take(*news->accounts);
    keeper.accounts_changed();
  }
  if (news->instances) keeper.take(std::move(*news->instances), notes);
  const std::lock_guard guard(mutex);
  watch = std::move(news->watch);
}

/// Once when it goes and once when it is back.
void Server::State::tell_metadb_state(const Result<ClusterNews>& news) {
  // Who is refused at the start ends with that.
  const bool ends = !news && !looked && news.error().kind == ErrorKind::refused;
  if (!news && !metadb_is_away && !ends) {
    log::error("the MetaDB cannot be used: {}. Instances go on; it is tried again every second", news.error().message);
  }
  if (news && metadb_is_away) log::info("the MetaDB can be used again");
  metadb_is_away = !news.has_value();
  // Only the first time: start() reads it from then on.
  if (ends) refused = news.error();
  if (!news) entry->set_metadb_trouble("the MetaDB cannot be used: " + news.error().message);
}

/// Costs nothing while all is well: what is looked at here is known.
void Server::State::watch_primaries() {
  sight.doubts.tenants = doubtful_tenants(running, reporter->reports(), sight.silences);
  const auto failed = keeper.tenants_of_failed_primaries();
  sight.doubts.tenants.insert(sight.doubts.tenants.end(), failed.begin(), failed.end());
  sight.doubts.lost = lost_servers(sight.silences);
  if (primaries_under_way) return;
  if (!doubt_pace.is_due(sight.doubts, std::exchange(primaries_changed, false), steady_clock::now())) return;
  primaries_under_way = true;
  asio::co_spawn(loop, look_after_primaries(), asio::detached);
}

asio::awaitable<void> Server::State::look_after_primaries() {
  const Primaries::Sight now = sight;
  const auto work = [&] {
    return metadb.with([&](metadb::MetaDb& database) { return primaries.look(database, now); });
  };
  const auto done = co_await supervise::run_on(pool.get_executor(), loop.get_executor(), work);
  primaries_under_way = false;
  if (!done) log::warning("who is primary could not be looked at: {}", done.error().message);
  if (done.value_or(false)) look_soon();  // the new one is told at once, if it is here
}

asio::awaitable<void> Server::State::look_after_relays() {
  const std::vector<manage::Route> relayed = entry->relayed_to();
  const auto work = [&] {
    return metadb.with([&](metadb::MetaDb& database) { return find_lost_relays(database, relayed, asker); });
  };
  if (!relayed.empty()) {
    const auto lost = co_await supervise::run_on(pool.get_executor(), loop.get_executor(), work);
    if (!lost) {
      log::debug("clients of replaced primaries could not be looked after: {}", lost.error().message);
      relays_due = true;
    }
    for (const manage::Route& route : lost.value_or(std::vector<manage::Route>{})) {
      log::info("clients that were relayed to {} at {}:{} are disconnected: it was replaced and does not answer",
                route.instance, route.ip, route.port);
      entry->cut_relays_to(route);
    }
  }
  relays_under_way = false;
}

/// What has time: one after the other, beside everything else.
asio::awaitable<void> Server::State::do_chores() {
  const std::vector<InstanceKeeper::Running> now = running;
  const Silences silences = sight.silences;
  const auto work = [&] {
    return metadb.with([&](metadb::MetaDb& database) -> Result<void> {
      const auto reports = reporter->reports();
      file_records.look(database, now, reports);
      finish_moves(database, now, reports, id);
      stand_ins.look(database, now, reports, silences, id);
      return {};
    });
  };
  const auto done = co_await supervise::run_on(pool.get_executor(), loop.get_executor(), work);
  if (!done) log::debug("log files could not be recorded: {}", done.error().message);
  chores_under_way = false;
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() {
  stop();
}

void Server::stop() {
  state_->stop();
}

Result<std::unique_ptr<Server>> Server::start(Config config) {
  auto lock = take_directory(config.directory);
  if (!lock) return std::unexpected(std::move(lock.error()));
  auto id = load_or_make_node_id(config.directory);
  if (!id) return std::unexpected(std::move(id.error()));
  const auto key = database::load_key_file(config.key_file);
  if (!key) return std::unexpected(key.error());
  auto interruption = make_interruption();
  if (!interruption) return std::unexpected(std::move(interruption.error()));
  const auto directory = config.directory;
  const std::string address = config.listen_address;
  auto state =
      std::make_unique<State>(std::move(config), std::move(*lock), std::move(*id), *key, std::move(*interruption));
  if (auto opened = state->open(); !opened) return std::unexpected(std::move(opened.error()));
  state->begin();
  state->looked.wait(false);  // so that who finds the port file can log in
  if (state->refused_at_start()) {
    state->stop();
    return std::unexpected(std::move(*state->refused));
  }
  const std::uint16_t port = state->entry->port();
  log::info("listening on {} port {}", address, port);
  std::unique_ptr<Server> server(new Server(std::move(state)));
  // The last file to be written: who waits for it finds everything in place.
  if (auto written = replace_file(directory / "port", std::to_string(port) + "\n"); !written) {
    return std::unexpected(std::move(written.error()));
  }
  return server;
}

}  // namespace sluice::server
