#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "answers/sql_session.h"
#include "listen/listener.h"
#include "mysql/server_login.h"
#include "session/session_registry.h"

namespace sluice::session {

/// What all SQL connections of a server share. Must outlive them; the functions are called from any I/O thread and must
/// be quick.
struct SqlServices {
  mysql::LoginSettings login;
  listen::Listener* listener = nullptr;
  mysql::AccountStore* accounts = nullptr;
  /// Whether there (still) is such an account: asked when a log-in with a password has ended; none: it always is.
  std::function<bool(const std::string& user)> is_known;
  std::function<bool(const std::string& user)> is_admin;  ///< of those who have logged in; none: nobody is
  std::function<bool(const std::string& user)> is_relay;  ///< whether this one logs in for others; none: nobody does
  answers::SqlSessionFactory make_sql;
  boost::asio::any_io_executor statements;  ///< a thread pool for statements that may block
  std::atomic<std::uint64_t>* statement_count = nullptr;
  std::function<std::string()> statistics;  ///< the answer to COM_STATISTICS
  SessionRegistry* registry = nullptr;
};

}  // namespace sluice::session
