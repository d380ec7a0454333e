#include "instance/session_listener.h"

#include <algorithm>
#include <thread>
#include <vector>

#include <boost/asio/thread_pool.hpp>
#include <fmt/format.h>

#include "base/log.h"
#include "instance/session.h"

namespace sluice::instance {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::size_t statement_threads = 4;
constexpr unsigned disk_threads_min = 2;
constexpr unsigned disk_threads_max = 8;

}  // namespace

struct SessionListener::State {
  State(std::unique_ptr<listen::Listener> its_listener, const ListenerServices& its_services)
      : statements(statement_threads),
        disk(std::clamp(std::thread::hardware_concurrency(), disk_threads_min, disk_threads_max)),
        listener(std::move(its_listener)) {
    services.login = its_services.login;
    services.listener = listener.get();
    services.accounts = its_services.accounts;
    services.is_known = its_services.is_known;
    services.is_admin = its_services.is_admin;
    services.is_relay = its_services.is_relay;
    services.dumps = {its_services.log,       its_services.dumps,      disk.get_executor(),
                      its_services.server_id, its_services.ahead_wait, its_services.caught_up};
    services.make_sql = its_services.make_sql;
    services.statements = statements.get_executor();
    services.statement_count = &statement_count;
    services.registry = its_services.sessions;
    services.statistics = [this] { return statistics(); };
    services.replace_dumps = [this](const std::string& uuid, std::uint32_t connection_id) {
      replace_dumps(uuid, connection_id);
    };
    for (const asio::any_io_executor& executor : listener->executors()) {
      notifiers.push_back(std::make_unique<dump::Notifier>(executor, *its_services.log));
    }
  }

  void start() {
    listener->start({.make =
                         [this](tcp::socket socket, std::size_t thread, std::uint32_t id) {
                           return std::make_shared<Session>(std::move(socket), services, *notifiers[thread], id);
                         },
                     .ended =
                         [this] {
                           statements.join();
                           disk.join();
                           for (const std::unique_ptr<dump::Notifier>& notifier : notifiers) {
                             notifier->close();
                           }
                         }});
  }

  /// As mysqld words it; what it counts and we have not is 0.
  [[nodiscard]] std::string statistics() const {
    const auto up = std::chrono::duration<double>(std::chrono::steady_clock::now() - listener->started()).count();
    const std::uint64_t questions = statement_count;
    return fmt::format(
        "Uptime: {}  Threads: {}  Questions: {}  Slow queries: 0  Opens: 0  Flush tables: 0  Open tables: 0  Queries "
        "per second avg: {:.3f}",
        static_cast<std::uint64_t>(up), listener->connections(), questions,
        static_cast<double>(questions) / std::max(up, 1.0));
  }

  void for_each(const std::function<void(Session&)>& visit) {
    listener->for_each([visit](listen::Connection& connection) { visit(static_cast<Session&>(connection)); });
  }

  void for_one(std::uint32_t connection_id, const std::function<void(Session&)>& visit) {
    for_each([connection_id, visit](Session& session) {
      if (session.connection_id() == connection_id) {
        visit(session);
      }
    });
  }

  /// See docs/decisions/0006-subscribers-with-one-identity.md.
  void replace_dumps(const std::string& uuid, std::uint32_t connection_id) {
    for (const std::uint32_t other : services.dumps.registry->connections_of(uuid)) {
      if (other == connection_id) {
        continue;
      }
      log::warning("the subscriber {} has come again: the dump of its connection {} ends", uuid, other);
      for_one(other, [](Session& session) { session.end_dump(dump::DumpControl::Ending::replaced); });
    }
  }

  SessionServices services;
  asio::thread_pool statements;
  asio::thread_pool disk;
  std::atomic<std::uint64_t> statement_count{0};
  std::vector<std::unique_ptr<dump::Notifier>> notifiers;  ///< one for each thread; they outlive its connections
  std::unique_ptr<listen::Listener> listener;
};

SessionListener::SessionListener(std::unique_ptr<State> state) : state_(std::move(state)) {}

SessionListener::~SessionListener() {
  stop();
}

Result<std::unique_ptr<SessionListener>> SessionListener::open(listen::ListenerSettings settings,
                                                               const ListenerServices& services) {
  settings.is_admin = services.is_admin;
  auto listener = listen::Listener::open(settings);
  if (!listener) {
    return std::unexpected(std::move(listener.error()));
  }
  std::unique_ptr<SessionListener> made(new SessionListener(std::make_unique<State>(std::move(*listener), services)));
  made->state_->start();
  return made;
}

std::uint16_t SessionListener::port() const {
  return state_->listener->port();
}

std::size_t SessionListener::connections() const {
  return state_->listener->connections();
}

const listen::ConnectionTotals& SessionListener::totals() const {
  return state_->listener->totals();
}

const std::atomic<std::uint64_t>& SessionListener::statements() const {
  return state_->statement_count;
}

void SessionListener::stop() {
  state_->listener->stop();
}

bool SessionListener::kill(std::uint32_t connection_id, answers::KillScope scope, std::uint32_t killer) {
  const std::shared_ptr<session::SessionRecord> record = state_->services.registry->find(connection_id);
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
  state_->for_one(connection_id, [scope](Session& session) { session.kill(scope); });
  return true;
}

void SessionListener::disconnect(std::uint32_t connection_id) {
  state_->for_one(connection_id, [](Session& session) { session.close(); });
}

void SessionListener::disconnect_gone(const std::function<bool(const std::string& user)>& gone) {
  state_->for_each([gone](Session& session) { session.close_if_gone(gone); });
}

void SessionListener::disconnect_dumps() {
  state_->for_each([](Session& session) { session.close_dump(); });
}

}  // namespace sluice::instance
