#include "listen/listener.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

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
#include "listen/handshakes.h"
#include "mysql/response.h"

namespace sluice::listen {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t password_threads = 2;
constexpr auto stop_time_max = std::chrono::seconds(5);
constexpr auto pause_after_error = std::chrono::milliseconds(100);

/// One I/O thread and its connections, which only that thread touches.
struct Worker {
  Worker() : context(std::in_place, 1), work(std::in_place, asio::make_work_guard(*context)) {}

  std::optional<asio::io_context> context;
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work;
  std::map<std::uint32_t, std::shared_ptr<Connection>> connections;
  std::set<std::uint32_t> handshakes;  ///< those of them that have not logged in
  std::thread thread;
};

/// Connections there are.
struct Count {
  std::atomic<std::size_t> all{0};
  std::atomic<std::size_t> own{0};  ///< of them, those that take no client's place
  std::mutex mutex;
  std::condition_variable none;

  [[nodiscard]] std::size_t clients() const {
    const std::size_t of_cluster = own;
    return std::max(of_cluster, all.load()) - of_cluster;
  }

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
asio::awaitable<void> live(Worker& worker, Handshakes& handshakes, std::shared_ptr<Connection> connection) {
  const std::uint32_t id = connection->connection_id();
  worker.connections.emplace(id, connection);
  worker.handshakes.insert(id);
  const bool in = co_await connection->log_in();
  worker.handshakes.erase(id);
  handshakes.remove(id);
  if (in) {
    co_await connection->run();
  }
  worker.connections.erase(id);
}

}  // namespace

struct Listener::State {
  explicit State(const ListenerSettings& its_settings) : settings(its_settings), passwords(password_threads) {
    for (std::size_t i = 0; i < std::max<std::size_t>(1, settings.threads); ++i) {
      workers.push_back(std::make_unique<Worker>());
      executors.emplace_back(workers.back()->context->get_executor());
    }
    acceptor.emplace(*workers.front()->context);
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
      error_code error;
      const asio::any_io_executor executor = executors[next];
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
      receive(next, std::move(socket));
    }
  }

  /// The place beyond the limit is for administrators, who may be needed most when all others are taken.
  std::optional<mysql::SqlError> refuses(const std::string& user) {
    const std::size_t room = settings.connections_max() + (settings.is_admin && settings.is_admin(user) ? 1 : 0);
    if (count.clients() <= room || is_own(user)) {
      return std::nullopt;
    }
    ++totals.refused_connections;
    return too_many_connections();
  }

  [[nodiscard]] bool is_own(const std::string& user) const { return settings.is_own && settings.is_own(user); }

  /// Why a client is not even greeted. Where all places are taken, who comes may still be an administrator or the
  /// cluster itself.
  std::optional<mysql::SqlError> refuses(const asio::ip::address& address) {
    const auto blocked = guard.blocked(address, settings.login_limits(), std::chrono::steady_clock::now());
    if (blocked) {
      ++totals.blocked_connections;
      return mysql::SqlError{1129, "HY000",
                             fmt::format("Host '{}' is blocked because of many connection errors; it may log in again "
                                         "in {} seconds",
                                         address.to_string(), blocked->count())};
    }
    if (count.clients() > settings.connections_max() + 1) {
      ++totals.refused_connections;
      return too_many_connections();
    }
    return std::nullopt;
  }

  void receive(std::size_t thread, tcp::socket socket) {
    Worker& worker = *workers[thread];
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
    auto connection = owner.make(std::move(socket), thread, id);
    const auto close = [&worker, id] {
      asio::post(*worker.context, [&worker, id] {
        const auto found = worker.connections.find(id);
        if (worker.handshakes.contains(id) && found != worker.connections.end()) {
          found->second->close();
        }
      });
    };
    if (const auto close_oldest = handshakes.add(id, close, settings.unauthenticated_max())) {
      ++totals.evicted_handshakes;
      (*close_oldest)();
    }
    asio::co_spawn(*worker.context, live(worker, handshakes, std::move(connection)),
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

  void for_each(const std::function<void(Connection&)>& visit) {
    const std::lock_guard lock(workers_mutex);
    for (const std::unique_ptr<Worker>& worker : workers) {
      asio::post(*worker->context, [&connections = worker->connections, visit] {
        for (const auto& [id, connection] : connections) {
          visit(*connection);
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
      for_each([](Connection& connection) { connection.close(); });
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
    passwords.join();
    owner.ended();
    acceptor.reset();
    const std::lock_guard lock(workers_mutex);
    for (const std::unique_ptr<Worker>& worker : workers) {
      worker->connections.clear();
      worker->work.reset();
      worker->context.reset();
    }
    workers.clear();
  }

  ListenerSettings settings;
  Owner owner;
  asio::thread_pool passwords;
  std::mutex workers_mutex;  ///< stop() against for_each()
  std::vector<std::unique_ptr<Worker>> workers;
  std::vector<asio::any_io_executor> executors;
  std::optional<tcp::acceptor> acceptor;
  Count count;
  Handshakes handshakes;
  LoginGuard guard;
  std::chrono::steady_clock::time_point refusal_logged{};
  ConnectionTotals totals;
  std::atomic<bool> stopping{false};
  std::uint32_t last_connection_id = 0;
  std::uint16_t port = 0;
  const std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
};

Listener::Listener(std::unique_ptr<State> state) : state_(std::move(state)) {}

Listener::~Listener() {
  stop();
}

Result<std::unique_ptr<Listener>> Listener::open(const ListenerSettings& settings) {
  std::unique_ptr<Listener> listener(new Listener(std::make_unique<State>(settings)));
  const Result<void> bound = listener->state_->bind();
  if (!bound) {
    return std::unexpected(bound.error());
  }
  return listener;
}

void Listener::start(Owner owner) {
  state_->owner = std::move(owner);
  state_->start();
}

mysql::LoginSettings Listener::limited(mysql::LoginSettings login) const {
  login.slow = state_->passwords.get_executor();
  login.deadline = state_->settings.login_deadline();
  login.refuses = [state = state_.get()](const std::string& user) { return state->refuses(user); };
  return login;
}

void Listener::count_login(const std::string& address, int code) {
  constexpr int access_denied = 1045;
  constexpr int bad_handshake = 1043;
  error_code ignored;
  const auto from = asio::ip::make_address(address, ignored);
  if (code == 0) {
    state_->guard.succeeded(from);
  } else if (code == access_denied || code == bad_handshake) {
    ++state_->totals.failed_logins;
    state_->guard.failed(from, state_->settings.login_limits(), std::chrono::steady_clock::now());
  }
}

std::shared_ptr<void> Listener::own_place(const std::string& user) {
  Count& count = state_->count;
  if (!state_->is_own(user) || count.own >= own_places_max) {
    return nullptr;
  }
  ++count.own;
  return {&count, [](Count* counted) { --counted->own; }};
}

std::uint16_t Listener::port() const {
  return state_->port;
}

const std::vector<asio::any_io_executor>& Listener::executors() const {
  return state_->executors;
}

std::size_t Listener::connections() const {
  return state_->count.all;
}

const ConnectionTotals& Listener::totals() const {
  return state_->totals;
}

std::chrono::steady_clock::time_point Listener::started() const {
  return state_->started;
}

void Listener::stop() {
  state_->stop();
}

void Listener::for_each(const std::function<void(Connection&)>& visit) {
  state_->for_each(visit);
}

}  // namespace sluice::listen
