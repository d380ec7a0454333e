#include "session/sql_connection.h"

#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.h"
#include "mysql/relayed_login.h"
#include "mysql/run_on.h"
#include "session/real_host.h"
#include "session/session_answers.h"

namespace sluice::session {

namespace asio = boost::asio;

namespace {

/// Sets of GTIDs, which replicas send, may be longer than any statement.
constexpr std::size_t payload_size_max = 4U << 20U;

}  // namespace

SqlConnection::SqlConnection(asio::ip::tcp::socket socket, const SqlServices& services, std::uint32_t connection_id)
    : channel_(std::move(socket)),
      services_(services),
      connection_id_(connection_id),
      record_(services.registry->add(connection_id, channel_.peer())) {}

SqlConnection::~SqlConnection() = default;

std::string SqlConnection::client_address() const {
  return relayed_host_.empty() ? channel_.peer_address() : relayed_host_;
}

answers::SqlClient SqlConnection::client() const {
  return {.connection_id = connection_id_,
          .user = login_.user,
          .host = client_address(),
          .database = login_.database,
          .tls = channel_.is_tls(),
          .tls_version = channel_.tls_version(),
          .tls_cipher = channel_.tls_cipher(),
          .admin = !login_.trusted && services_.is_admin && services_.is_admin(login_.user),
          .interactive = (login_.capabilities & mysql::capability::interactive) != 0};
}

mysql::LoginSettings SqlConnection::login_settings() const {
  mysql::LoginSettings settings = services_.listener->limited(services_.login);
  settings.decided = [this](int error_code) { services_.listener->count_login(client_address(), error_code); };
  return settings;
}

mysql::LoginSettings SqlConnection::change_user_settings() const {
  mysql::LoginSettings settings = login_settings();
  if (!relayed_host_.empty()) {
    settings.trusts = nullptr;  // it would be the server that relays, not its client
  }
  return settings;
}

std::unique_ptr<answers::SqlSession> SqlConnection::make_sql() const {
  return services_.make_sql(client());
}

std::shared_ptr<Waiter> SqlConnection::make_waiter() {
  return std::make_shared<TimedWaiter>(channel_.executor());
}

mysql::Channel SqlConnection::take_channel() {
  close_taken_ = channel_.closer();
  return std::move(channel_);
}

asio::awaitable<bool> SqlConnection::log_in() {
  const mysql::LoginSettings settings = login_settings();
  Result<mysql::Login> login = co_await mysql::log_in(channel_, settings, *services_.accounts, connection_id_);
  if (!login) {
    if (login.error().kind != ErrorKind::closed) {
      log::warning("log-in failed: {}", login.error().message);
    }
    close();
    co_return false;
  }
  if (!is_still_known(*login)) {
    close();
    co_return false;
  }
  login_ = std::move(*login);
  if (!take_relayed()) {
    log::warning("{}: the account '{}' logs in for others, but did not say for whom", channel_.peer(), login_.user);
    close();
    co_return false;
  }
  note_login();
  sql_ = make_sql();
  co_return true;
}

/// It may have been removed while its client was logging in, and would have been missed by close_if_gone().
bool SqlConnection::is_still_known(const mysql::Login& login) const {
  if (login.trusted || !services_.is_known || services_.is_known(login.user)) {
    return true;
  }
  log::warning("{}: the account '{}' was removed while its client logged in", channel_.peer(), login.user);
  return false;
}

/// A server of the cluster says for whom it has logged in. False: it does not.
bool SqlConnection::take_relayed() {
  if (!services_.is_relay || !services_.is_relay(login_.user)) {
    return true;
  }
  std::optional<mysql::RelayedLogin> relayed = mysql::take_relayed_login(login_.attributes);
  if (!relayed) {
    return false;
  }
  relay_account_ = std::exchange(login_.user, std::move(relayed->user));
  login_.challenge = relayed->challenge;
  relayed_host_ = std::move(relayed->host);
  return true;
}

/// The client's own address, where a proxy or a server that relays it has named it.
std::string SqlConnection::real_client() const {
  std::string named = real_host(login_.attributes);
  return named.empty() ? relayed_host_ : named;
}

void SqlConnection::note_login() {
  record_->log_in(login_.user, login_.database, real_client());
  record_->sleep();
  own_place_ = services_.listener->own_place(login_.user);
}

asio::awaitable<void> SqlConnection::run() {
  for (;;) {
    Result<Bytes> payload = co_await channel_.read_payload(payload_size_max, sql_->idle_timeout());
    if (!payload) {
      if (payload.error().kind == ErrorKind::limit) {
        const answers::SqlError error = packet_too_large();
        (void)co_await send_error(error);
      }
      break;
    }
    const Result<void> answered = co_await answer(*payload);
    if (!answered) {
      log::debug("connection ends: {}", answered.error().message);
      break;
    }
    if (record_->is_ending()) {
      break;
    }
    record_->sleep();
  }
  close();
}

void SqlConnection::close() {
  if (close_taken_) {
    close_taken_();
  } else {
    channel_.close();
  }
  if (sql_) {
    sql_->cancel();
  }
  wake();
}

void SqlConnection::wake() {
  if (const auto waiter = waiter_.lock()) {
    waiter->wake();
  }
}

void SqlConnection::close_if_gone(const std::function<bool(const std::string& user)>& gone) {
  if (login_.user.empty()) {
    return;
  }
  if (gone(login_.user) || (!relay_account_.empty() && gone(relay_account_))) {
    log::info("the connection {} of '{}' ends: its account was removed", connection_id_, login_.user);
    close();
  }
}

void SqlConnection::kill(answers::KillScope scope) {
  if (scope == answers::KillScope::connection) {
    close();
  } else if (sql_) {
    sql_->interrupt();
    wake();
  }
}

/// What may block runs elsewhere, and ends early when its client goes away.
asio::awaitable<answers::StatementResult> SqlConnection::run_statement(
    bool may_block, const std::function<answers::StatementResult()>& work) {
  ++*services_.statement_count;
  for (;;) {
    answers::StatementResult result;
    if (may_block) {
      result = co_await run_elsewhere(work);
    } else {
      result = work();
    }
    const auto* wait = std::get_if<answers::SqlWait>(&result);
    if (wait == nullptr) {
      co_return result;
    }
    co_await wait_for(*wait);
  }
}

asio::awaitable<answers::StatementResult> SqlConnection::run_elsewhere(
    const std::function<answers::StatementResult()>& work) {
  const auto watched = std::make_shared<SqlConnection*>(this);
  channel_.when_readable([watched] {
    if (*watched != nullptr && (*watched)->channel_.peer_is_gone()) {
      (*watched)->sql_->cancel();
    }
  });
  const asio::any_io_executor here = channel_.executor();
  answers::StatementResult result = co_await mysql::run_on(services_.statements, here, work);
  *watched = nullptr;
  channel_.cancel_waits();
  co_return result;
}

/// Costs no thread. While the waiter wakes often, the condition is looked at every few milliseconds only: so a thousand
/// that wait do not keep the I/O thread from its other clients.
asio::awaitable<void> SqlConnection::wait_for(const answers::SqlWait& wait) {
  constexpr auto look_interval = std::chrono::milliseconds(5);
  constexpr int looks_at_once = 4;
  const auto waiter = make_waiter();
  waiter_ = waiter;
  channel_.when_readable([this, waiting = std::weak_ptr(waiter)] {
    if (waiting.lock() && channel_.peer_is_gone()) {
      sql_->cancel();
      wake();
    }
  });
  if (wait.begin) {
    wait.begin([executor = channel_.executor(), waiting = std::weak_ptr(waiter)] {
      asio::post(executor, [waiting] {
        if (const auto still = waiting.lock()) {
          still->wake();
        }
      });
    });
  }
  asio::steady_timer pause(channel_.executor());
  for (int looks = 0; !sql_->interrupted() && !wait.over() && std::chrono::steady_clock::now() < wait.until; ++looks) {
    co_await waiter->wait(wait.until);
    if (looks >= looks_at_once) {
      boost::system::error_code ignored;
      pause.expires_after(look_interval);
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
  }
  channel_.cancel_waits();
}

}  // namespace sluice::session
