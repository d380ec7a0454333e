#include "instance/listener.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "base/log.h"
#include "instance/handshakes.h"
#include "instance/session.h"
#include "mysql/response.h"

namespace sluice::instance {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t statement_threads = 4;
constexpr unsigned disk_threads_min = 2;
constexpr unsigned disk_threads_max = 8;
constexpr std::size_t password_threads = 2;
constexpr auto stop_time_max = std::chrono::seconds(5);
constexpr auto pause_after_error = std::chrono::milliseconds(100);

/// One I/O thread and its connections, which only that thread touches.
struct Worker {
  explicit Worker(store::Log& log)
      : context(std::in_place, 1),
        work(std::in_place, asio::make_work_guard(*context)),
        notifier(std::in_place, context->get_executor(), log) {}

  std::optional<asio::io_context> context;
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work;
  std::optional<dump::Notifier> notifier;
  std::map<std::uint32_t, std::shared_ptr<Session>> sessions;
  std::set<std::uint32_t> handshakes;  ///< those of them that have not logged in
  std::thread thread;
};

/// Connections there are.
struct Count {
  std::atomic<std::size_t> all{0};
  std::mutex mutex;
  std::condition_variable none;

  void leave() {
    const std::lock_guard lock(mutex);
    if (--all == 0) {
      none.notify_all();
    }
  }
};

mysql::SqlError too_many_connections() {
  return {1040, "08004", "Too many connections"};
}

asio::awaitable<void> refuse(tcp::socket socket, mysql::SqlError error) {
  mysql::Channel channel(std::move(socket));
  const Bytes payload = mysql::encode_error(error);
  (void)co_await channel.write_payload(payload);
  channel.close();
}

/// A connection's life on its worker.
asio::awaitable<void> live(Worker& worker, Handshakes& handshakes, std::shared_ptr<Session> session) {
  worker.sessions.emplace(session->connection_id(), session);
  worker.handshakes.insert(session->connection_id());
  const bool in = co_await session->log_in();
  worker.handshakes.erase(session->connection_id());
  handshakes.remove(session->connection_id());
  if (in) {
    co_await session->run();
  }
  worker.sessions.erase(session->connection_id());
}

}  // namespace

struct Listener::State {
  State(const ListenerSettings& its_settings, const ListenerServices& its_services)
      : settings(its_settings),
        statements(statement_threads),
        disk(std::clamp(std::thread::hardware_concurrency(), disk_threads_min, disk_threads_max)),
        passwords(password_threads) {
    for (std::size_t i = 0; i < std::max<std::size_t>(1, settings.threads); ++i) {
      workers.push_back(std::make_unique<Worker>(*its_services.log));
    }
    acceptor.emplace(*workers.front()->context);
    services.login = its_services.login;
    services.login.slow = passwords.get_executor();
    services.login.refuses = [this](const std::string& user) { return refuses(user); };
    services.login_deadline = settings.login_deadline;
    services.guard = &guard;
    services.login_limits = settings.login_limits;
    services.accounts = its_services.accounts;
    services.is_admin = its_services.is_admin;
    services.is_relay = its_services.is_relay;
    services.dumps = {its_services.log, its_services.dumps, disk.get_executor(), its_services.server_id,
                      settings.ahead_wait};
    services.make_sql = its_services.make_sql;
    services.statements = statements.get_executor();
    services.totals = &totals;
    services.registry = its_services.sessions;
    services.statistics = [this] { return statistics(); };
    services.replace_dumps = [this](const std::string& uuid, std::uint32_t connection_id) {
      replace_dumps(uuid, connection_id);
    };
  }

  /// As mysqld words it; what it counts and we have not is 0.
  [[nodiscard]] std::string statistics() const {
    const auto up = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    const std::uint64_t questions = totals.statements;
    return fmt::format(
        "Uptime: {}  Threads: {}  Questions: {}  Slow queries: 0  Opens: 0  Flush tables: 0  Open tables: 0  Queries "
        "per second avg: {:.3f}",
        static_cast<std::uint64_t>(up), count.all.load(), questions,
        static_cast<double>(questions) / std::max(up, 1.0));
  }

  /// See docs/decisions/0006-subscribers-with-one-identity.md.
  void replace_dumps(const std::string& uuid, std::uint32_t connection_id) {
    for (const std::uint32_t other : services.dumps.registry->connections_of(uuid)) {
      if (other == connection_id) {
        continue;
      }
      log::warning("the subscriber {} has come again: the dump of its connection {} ends", uuid, other);
      for_each_session([other](Session& session) {
        if (session.connection_id() == other) {
          session.end_dump(dump::DumpControl::Ending::replaced);
        }
      });
    }
  }

  [[nodiscard]] Result<void> bind() {
    const std::string where = fmt::format("{} port {}", settings.address, settings.port);
    error_code error;
    const asio::ip::address address = asio::ip::make_address(settings.address, error);
    if (error) {
      return fail(ErrorKind::invalid, fmt::format("'{}' is not an IP address to listen at", settings.address));
    }
    const tcp::endpoint endpoint(address, settings.port);
    acceptor->open(endpoint.protocol(), error);
    if (!error) {
      acceptor->set_option(tcp::acceptor::reuse_address(true), error);
    }
    if (!error && address.is_v6()) {
      acceptor->set_option(asio::ip::v6_only(false), error);
    }
    if (!error) {
      acceptor->bind(endpoint, error);
    }
    if (!error) {
      acceptor->listen(tcp::acceptor::max_listen_connections, error);
    }
    if (!error) {
      port = acceptor->local_endpoint(error).port();
    }
    if (error) {
      return fail(ErrorKind::io, fmt::format("listening at {} failed: {}", where, error.message()), error.value());
    }
    return {};
  }

  void start() {
    asio::co_spawn(*workers.front()->context, accept(), asio::detached);
    for (const std::unique_ptr<Worker>& worker : workers) {
      worker->thread = std::thread([&context = *worker->context] { context.run(); });
    }
  }

  asio::awaitable<void> accept() {
    asio::steady_timer pause(*workers.front()->context);
    for (std::size_t next = 0; !stopping; next = (next + 1) % workers.size()) {
      Worker& worker = *workers[next];
      error_code error;
      const asio::any_io_executor executor = worker.context->get_executor();
      tcp::socket socket = co_await acceptor->async_accept(executor, asio::redirect_error(asio::use_awaitable, error));
      if (stopping) {
        break;
      }
      if (error) {
        log::error("accepting a connection failed: {}", error.message());
        pause.expires_after(pause_after_error);
        co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
        continue;
      }
      receive(worker, std::move(socket));
    }
  }

  /// The place beyond the limit is for administrators, who may be needed most when all others are taken.
  std::optional<mysql::SqlError> refuses(const std::string& user) {
    if (count.all <= settings.connections_max() || (services.is_admin && services.is_admin(user))) {
      return std::nullopt;
    }
    ++totals.refused_connections;
    return too_many_connections();
  }

  /// Why a client is not even greeted.
  std::optional<mysql::SqlError> refuses(const asio::ip::address& address) {
    const auto blocked = guard.blocked(address, settings.login_limits(), std::chrono::steady_clock::now());
    if (blocked) {
      ++totals.blocked_connections;
      return mysql::SqlError{1129, "HY000",
                             fmt::format("Host '{}' is blocked because of many connection errors; it may log in again "
                                         "in {} seconds",
                                         address.to_string(), blocked->count())};
    }
    if (count.all > settings.connections_max()) {
      ++totals.refused_connections;
      return too_many_connections();
    }
    return std::nullopt;
  }

  void receive(Worker& worker, tcp::socket socket) {
    error_code gone;
    const tcp::endpoint peer = socket.remote_endpoint(gone);
    if (gone) {
      return;
    }
    if (std::optional<mysql::SqlError> refusal = refuses(peer.address())) {
      log_refusal(peer.address(), *refusal);
      asio::co_spawn(*worker.context, refuse(std::move(socket), std::move(*refusal)), asio::detached);
      return;
    }
    ++totals.connections;
    ++count.all;
    const std::uint32_t id = ++last_connection_id;
    auto session = std::make_shared<Session>(std::move(socket), services, *worker.notifier, id);
    const auto close = [&worker, id] {
      asio::post(*worker.context, [&worker, id] {
        const auto found = worker.sessions.find(id);
        if (worker.handshakes.contains(id) && found != worker.sessions.end()) {
          found->second->close();
        }
      });
    };
    if (const auto close_oldest = handshakes.add(id, close, settings.unauthenticated_max())) {
      ++totals.evicted_handshakes;
      (*close_oldest)();
    }
    asio::co_spawn(*worker.context, live(worker, handshakes, std::move(session)),
                   [this](const std::exception_ptr& thrown) {
                     if (thrown) {
                       log::error("a connection ended by an exception");
                     }
                     count.leave();
                   });
  }

  /// At most once a second: whoever floods us shall not flood the log.
  void log_refusal(const asio::ip::address& address, const mysql::SqlError& refusal) {
    const auto now = std::chrono::steady_clock::now();
    if (now - refusal_logged >= std::chrono::seconds(1)) {
      refusal_logged = now;
      log::warning("{}: a connection was refused, {} are open: {}", address.to_string(), count.all.load(),
                   refusal.message);
    }
  }

  /// Lets every worker look at its connections.
  void for_each_session(const std::function<void(Session&)>& visit) {
    const std::lock_guard lock(workers_mutex);
    for (const std::unique_ptr<Worker>& worker : workers) {
      asio::post(*worker->context, [&sessions = worker->sessions, visit] {
        for (const auto& [id, session] : sessions) {
          visit(*session);
        }
      });
    }
  }

  void stop() {
    if (stopping.exchange(true)) {
      return;
    }
    asio::post(*workers.front()->context, [this] {
      error_code ignored;
      acceptor->close(ignored);
    });
    const auto end = std::chrono::steady_clock::now() + stop_time_max;
    for (bool over = false; !over && std::chrono::steady_clock::now() < end;) {
      // Again and again: a connection that was just accepted enters its worker's list later.
      for_each_session([](Session& session) { session.close(); });
      std::unique_lock lock(count.mutex);
      over = count.none.wait_for(lock, pause_after_error, [this] { return count.all == 0; });
    }
    for (const std::unique_ptr<Worker>& worker : workers) {
      worker->context->stop();
    }
    for (const std::unique_ptr<Worker>& worker : workers) {
      if (worker->thread.joinable()) {
        worker->thread.join();
      }
    }
    statements.join();
    disk.join();
    passwords.join();
    acceptor.reset();
    const std::lock_guard lock(workers_mutex);
    for (const std::unique_ptr<Worker>& worker : workers) {
      worker->notifier->close();
      worker->sessions.clear();
      worker->work.reset();
      worker->context.reset();
      worker->notifier.reset();
    }
    workers.clear();
  }

  ListenerSettings settings;
  SessionServices services;
  asio::thread_pool statements;
  asio::thread_pool disk;
  asio::thread_pool passwords;
  std::mutex workers_mutex;  ///< stop() against disconnect()
  std::vector<std::unique_ptr<Worker>> workers;
  std::optional<tcp::acceptor> acceptor;
  Count count;
  Handshakes handshakes;
  LoginGuard guard;
  std::chrono::steady_clock::time_point refusal_logged{};
  ServingTotals totals;
  std::atomic<bool> stopping{false};
  std::uint32_t last_connection_id = 0;
  std::uint16_t port = 0;
  const std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
};

Listener::Listener(std::unique_ptr<State> state) : state_(std::move(state)) {}

Listener::~Listener() {
  stop();
}

Result<std::unique_ptr<Listener>> Listener::open(const ListenerSettings& settings, const ListenerServices& services) {
  std::unique_ptr<Listener> listener(new Listener(std::make_unique<State>(settings, services)));
  const Result<void> bound = listener->state_->bind();
  if (!bound) {
    return std::unexpected(bound.error());
  }
  listener->state_->start();
  return listener;
}

std::uint16_t Listener::port() const {
  return state_->port;
}

std::size_t Listener::connections() const {
  return state_->count.all;
}

const ServingTotals& Listener::totals() const {
  return state_->totals;
}

void Listener::stop() {
  state_->stop();
}

bool Listener::kill(std::uint32_t connection_id, answers::KillScope scope, std::uint32_t killer) {
  const std::shared_ptr<SessionRecord> record = state_->services.registry->find(connection_id);
  if (!record) {
    return false;
  }
  if (connection_id == killer) {
    // It is answering the statement that says so, and has nothing else under way.
    if (scope == answers::KillScope::connection) {
      record->end_after_answer();
    }
    return true;
  }
  state_->for_each_session([connection_id, scope](Session& session) {
    if (session.connection_id() == connection_id) {
      session.kill(scope);
    }
  });
  return true;
}

void Listener::disconnect(std::uint32_t connection_id) {
  state_->for_each_session([connection_id](Session& session) {
    if (session.connection_id() == connection_id) {
      session.close();
    }
  });
}

void Listener::disconnect_dumps() {
  state_->for_each_session([](Session& session) { session.close_dump(); });
}

}  // namespace sluice::instance
