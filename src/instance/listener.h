#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "answers/sql_session.h"
#include "dump/dump_registry.h"
#include "instance/login_guard.h"
#include "instance/serving_totals.h"
#include "instance/session_registry.h"
#include "mysql/server_login.h"
#include "store/log.h"

namespace sluice::instance {

/// Where clients are received, and how many. The functions are asked for each connection, so they must be quick.
struct ListenerSettings {
  std::string address = "0.0.0.0";  ///< IPv4 or IPv6; "::" takes both
  std::uint16_t port = 0;           ///< 0: any free one
  std::size_t threads = 2;          ///< I/O threads
  /// So many clients, and one administrator more.
  std::function<std::size_t()> connections_max = [] { return std::size_t{1000}; };
  /// Of them, those who have not logged in; of more, the one who has been at it longest is disconnected.
  std::function<std::size_t()> unauthenticated_max = [] { return std::size_t{100}; };
  /// How long a log-in may take.
  std::function<std::chrono::seconds()> login_deadline = [] { return std::chrono::seconds(10); };
  std::function<LoginGuard::Limits()> login_limits = [] { return LoginGuard::Limits(); };
  /// How long a subscriber that has more transactions than the log is kept waiting before it is refused.
  std::chrono::milliseconds ahead_wait = std::chrono::seconds(3);
};

/// What clients are given. The pointers must outlive the listener.
struct ListenerServices {
  mysql::LoginSettings login;
  mysql::AccountStore* accounts = nullptr;
  std::function<bool(const std::string& user)> is_admin;  ///< of those who have logged in; none: nobody is
  std::function<bool(const std::string& user)> is_relay;  ///< whether this one logs in for others; none: nobody does
  std::shared_ptr<store::Log> log;
  dump::DumpRegistry* dumps = nullptr;
  SessionRegistry* sessions = nullptr;
  std::uint32_t server_id = 0;
  answers::SqlSessionFactory make_sql;
};

/// Receives clients and serves them until it is stopped. Has its own threads: a few for the network, each with its
/// share of the connections, and small pools for what may block (statements, disk).
class Listener {
 public:
  /// Binds and starts. The error names the address.
  [[nodiscard]] static Result<std::unique_ptr<Listener>> open(const ListenerSettings& settings,
                                                              const ListenerServices& services);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::size_t connections() const;
  [[nodiscard]] const ServingTotals& totals() const;
  /// KILL, as answers::ServerState has it. Any thread.
  bool kill(std::uint32_t connection_id, answers::KillScope scope, std::uint32_t killer);

  // These from any thread but the listener's own.

  /// Takes no more clients, ends all connections and joins the threads. Takes at most 5 seconds, statements under way
  /// aside: those are cancelled and waited for.
  void stop();
  void disconnect(std::uint32_t connection_id);
  /// Subscribers have to come again, and will be sent wherever they are routed to then.
  void disconnect_dumps();

 private:
  struct State;
  explicit Listener(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace sluice::instance
