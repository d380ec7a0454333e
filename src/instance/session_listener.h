#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "answers/sql_session.h"
#include "dump/dump_registry.h"
#include "listen/listener.h"
#include "session/session_registry.h"
#include "store/log.h"

namespace sluice::instance {

/// What clients are given. The pointers must outlive the listener.
struct ListenerServices {
  mysql::LoginSettings login;
  mysql::AccountStore* accounts = nullptr;
  std::function<bool(const std::string& user)> is_known;  ///< whether there (still) is such an account; none: it is
  std::function<bool(const std::string& user)> is_admin;  ///< of those who have logged in; none: nobody is
  std::function<bool(const std::string& user)> is_relay;  ///< whether this one logs in for others; none: nobody does
  std::shared_ptr<store::Log> log;
  dump::DumpRegistry* dumps = nullptr;
  session::SessionRegistry* sessions = nullptr;
  std::uint32_t server_id = 0;
  answers::SqlSessionFactory make_sql;
  /// How long a subscriber that has more transactions than the log is kept waiting before it is refused.
  std::chrono::milliseconds ahead_wait = std::chrono::seconds(3);
  std::function<bool()> caught_up{};  ///< as DumpService has it
};

/// A listener whose connections are sessions: they ask for SQL and for the log. Besides its threads there are small
/// pools for what may block (statements, disk).
class SessionListener {
 public:
  /// Binds and starts. The error names the address.
  [[nodiscard]] static Result<std::unique_ptr<SessionListener>> open(listen::ListenerSettings settings,
                                                                     const ListenerServices& services);
  ~SessionListener();
  SessionListener(const SessionListener&) = delete;
  SessionListener& operator=(const SessionListener&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::size_t connections() const;
  [[nodiscard]] const listen::ConnectionTotals& totals() const;
  /// Executions of SQL since the start, prepared ones included.
  [[nodiscard]] const std::atomic<std::uint64_t>& statements() const;
  /// KILL, as answers::ServerState has it. Any thread.
  bool kill(std::uint32_t connection_id, answers::KillScope scope, std::uint32_t killer);

  // These from any thread but the listener's own.

  /// As listen::Listener; statements under way are cancelled and waited for.
  void stop();
  void disconnect(std::uint32_t connection_id);
  /// Ends the connections of accounts of which `gone` is true; it is called from the I/O threads.
  void disconnect_gone(const std::function<bool(const std::string& user)>& gone);
  /// Subscribers have to come again, and will be sent wherever they are routed to then.
  void disconnect_dumps();

 private:
  struct State;
  explicit SessionListener(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace sluice::instance
