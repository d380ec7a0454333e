#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "listen/connection.h"
#include "listen/connection_totals.h"
#include "listen/login_guard.h"
#include "mysql/server_login.h"

namespace sluice::listen {

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
  std::function<bool(const std::string& user)> is_admin;  ///< of those who have logged in; none: nobody is
  /// Whether this is an account of the cluster itself, whose connections take no client's place; none: none is.
  std::function<bool(const std::string& user)> is_own;
};

/// Receives clients and keeps their connections until it is stopped. Has its own threads, each with its share of the
/// connections.
class Listener {
 public:
  /// Binds. The error names the address.
  [[nodiscard]] static Result<std::unique_ptr<Listener>> open(const ListenerSettings& settings);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  /// One for each of its threads.
  [[nodiscard]] const std::vector<boost::asio::any_io_executor>& executors() const;

  struct Owner {
    /// The connection of a client that came, for the thread of this number.
    std::function<std::shared_ptr<Connection>(boost::asio::ip::tcp::socket socket, std::size_t thread,
                                              std::uint32_t connection_id)>
        make;
    /// Called by stop() when the threads have ended: nothing may reach the executors from then on.
    std::function<void()> ended = [] {};
  };
  /// Begins to receive clients.
  void start(Owner owner);

  // These are for connections. Any thread.

  /// `login` with this listener's limits: its deadline, who is refused for want of room, and threads for slow hashes.
  [[nodiscard]] mysql::LoginSettings limited(mysql::LoginSettings login) const;
  /// Takes note of what was decided of a log-in from this address (mysql::LoginSettings::decided).
  void count_login(const std::string& address, int code);
  /// For one that has logged in, to be held as long as it lives: if its user is the cluster's own (settings.is_own) it
  /// takes no client's place meanwhile. So many do at the most; nothing for all others.
  static constexpr std::size_t own_places_max = 64;
  [[nodiscard]] std::shared_ptr<void> own_place(const std::string& user);

  // Any thread.

  [[nodiscard]] std::size_t connections() const;
  [[nodiscard]] const ConnectionTotals& totals() const;
  [[nodiscard]] std::chrono::steady_clock::time_point started() const;

  // These from any thread but the listener's own.

  /// Takes no more clients, ends all connections and joins the threads. Takes at most 5 seconds, and what the owner
  /// takes to end.
  void stop();

  /// Has every thread look at its connections, soon. Any thread.
  void for_each(const std::function<void(Connection&)>& visit);

 private:
  struct State;
  explicit Listener(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace sluice::listen
