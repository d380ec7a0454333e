#include "server/entry_session.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "base/log.h"
#include "mysql/command.h"
#include "mysql/response.h"
#include "mysql/run_on.h"
#include "server/tenant_commands.h"
#include "sql/error_code.h"

namespace sluice::server {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds instance_deadline{10};
/// So long a primary that cannot be reached is looked for and tried: first briefly, then one that is slow too.
constexpr std::chrono::seconds way_limit{5};
constexpr std::chrono::milliseconds way_pause{100};
constexpr std::chrono::milliseconds first_deadline{400};
constexpr std::size_t settings_count_max = 64;
constexpr std::size_t settings_size_max = 64U << 10U;
constexpr std::size_t answer_size_max = 1U << 20U;

bool passes_by_itself(const Error& error) {
  return error.kind == ErrorKind::io || error.kind == ErrorKind::timeout || error.kind == ErrorKind::closed ||
         error.code == sql::error_code::server_shutdown;
}

/// As a refused log-in and a refused command tell it, with the number of who refused. A replica gives up for good at
/// what a server answers to its questions, but not at one that is shutting down.
mysql::SqlError to_refusal(const Error& error) {
  const bool numbered = error.kind == ErrorKind::refused && error.code >= 1000 && error.code <= UINT16_MAX;
  int code = numbered ? error.code : sql::error_code::management;
  if (passes_by_itself(error)) code = sql::error_code::server_shutdown;
  return {static_cast<std::uint16_t>(code), std::string(sql::sql_state(code)), error.message};
}

}  // namespace

EntrySession::EntrySession(asio::ip::tcp::socket socket, const EntryServices& services, std::uint32_t connection_id)
    : SqlConnection(std::move(socket), services, connection_id), entry_(services) {}

asio::awaitable<bool> EntrySession::log_in() {
  const std::string reason = entry_.not_ready();
  if (reason.empty()) co_return co_await SqlConnection::log_in();
  const answers::SqlError error{sql::error_code::server_shutdown, "08S01", reason};
  (void)co_await send_error(error);
  close();
  co_return false;
}

mysql::LoginSettings EntrySession::login_settings() const {
  mysql::LoginSettings settings = SqlConnection::login_settings();
  settings.refuses_later = [this](const mysql::Login& login) { return refuse_unserved(login); };
  return settings;
}

asio::awaitable<Result<manage::Route>> EntrySession::find_primary(const mysql::TenantUserName& name) const {
  const metadb::TenantName tenant{.cluster = name.cluster, .tenant = name.tenant};
  const auto find = [&] { return entry_.find_primary(tenant); };
  const asio::any_io_executor here = const_cast<EntrySession*>(this)->channel().executor();
  co_return co_await mysql::run_on(entry_.statements, here, find);
}

asio::awaitable<EntrySession::Refusal> EntrySession::refuse_unserved(const mysql::Login& login) const {
  const mysql::TenantUserName name = mysql::parse_user_name(login.user);
  // A proxy asks with a statement, and wants the answer there.
  if (name.tenant.empty() || login.trusted) co_return std::nullopt;
  const auto primary = co_await find_primary(name);
  if (primary) co_return std::nullopt;
  co_return to_refusal(primary.error());
}

EntrySession::Answered EntrySession::answer(const Bytes& payload) {
  if (mysql::parse_user_name(login().user).tenant.empty()) return SqlConnection::answer(payload);
  return answer_for_tenant(payload);
}

bool EntrySession::remember(const Bytes& payload) {
  if (settings_.size() >= settings_count_max || settings_size_ + payload.size() > settings_size_max) return false;
  settings_.push_back(payload);
  settings_size_ += payload.size();
  return true;
}

EntrySession::Answered EntrySession::answer_for_tenant(const Bytes& payload) {
  switch (place_of(payload)) {
    case CommandPlace::here:
      break;
    case CommandPlace::here_and_instance:
      if (!remember(payload)) return pass_on(payload);
      break;
    case CommandPlace::forgets:
      settings_.clear();
      settings_size_ = 0;
      break;
    case CommandPlace::instance:
      return pass_on(payload);
  }
  return SqlConnection::answer(payload);
}

bool EntrySession::is_relayed_to(const manage::Route& route) const {
  return relayed_ && route_.instance == route.instance && route_.ip == route.ip && route_.port == route.port;
}

asio::awaitable<Result<std::unique_ptr<mysql::Channel>>> EntrySession::try_instance(
    std::chrono::milliseconds deadline) {
  // Named: g++ 12 destroys twice what is made within a co_await.
  const mysql::TenantUserName name = mysql::parse_user_name(login().user);
  const auto primary = co_await find_primary(name);
  if (!primary) co_return std::unexpected(primary.error());
  route_ = *primary;
  const relay::InstanceAddress address{.ip = primary->ip, .port = primary->port};
  const std::string host = channel().peer_address();
  auto instance =
      co_await relay::log_in_for(channel().executor(), address, entry_.relay_account, login(), host, deadline);
  if (instance || instance.error().kind == ErrorKind::refused) co_return instance;
  const Error error = manage::unreachable(*primary, instance.error());
  co_return std::unexpected(error);
}

/// A primary that cannot be reached may have been replaced just now: the way is looked up anew, for some seconds.
asio::awaitable<Result<std::unique_ptr<mysql::Channel>>> EntrySession::open_instance() {
  const auto end = std::chrono::steady_clock::now() + way_limit;
  std::chrono::milliseconds deadline = first_deadline;
  for (bool reached_none = false;;) {
    auto instance = co_await try_instance(deadline);
    if (instance) co_return instance;
    reached_none = reached_none || passes_by_itself(instance.error());
    if (!reached_none || std::chrono::steady_clock::now() + way_pause >= end) co_return instance;
    log::debug("{}: {} is tried again: {}", channel().peer(), login().user, instance.error().message);
    deadline += deadline;
    asio::steady_timer timer(channel().executor(), way_pause);
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

/// Makes the client's settings at the instance. What was fine here is there; of what was not the client knows.
asio::awaitable<Result<void>> EntrySession::settle(mysql::Channel& instance) {
  for (const Bytes& setting : settings_) {
    instance.set_next_sequence(0);
    const auto sent = co_await instance.write_payload(setting);
    if (!sent) co_return sent;
    const auto answer = co_await instance.read_payload(answer_size_max, instance_deadline);
    if (!answer) co_return std::unexpected(answer.error());
    if (mysql::is_error(*answer)) log::debug("{}: a setting of the client is refused there too", channel().peer());
  }
  co_return Result<void>();
}

/// Ends the session here: an error that ends run() follows when either end has gone.
EntrySession::Answered EntrySession::pass_on(const Bytes& payload) {
  // Without a co_await in a condition: g++ 12 destroys twice what it makes there.
  auto instance = co_await open_instance();
  Result<void> settled;
  if (instance) {
    settled = co_await settle(**instance);
  } else {
    settled = std::unexpected(instance.error());
  }
  if (!settled) {
    const mysql::SqlError refusal = to_refusal(settled.error());
    log::warning("{}: {} could not be passed on: {}", channel().peer(), login().user, refusal.message);
    const answers::SqlError error{refusal.code, refusal.sqlstate, refusal.message};
    co_return co_await send_error(error);
  }
  (*instance)->set_next_sequence(0);
  const auto sent = co_await (*instance)->write_payload(payload);
  if (!sent) co_return sent;
  const auto command = static_cast<mysql::Command>(payload.front());
  if (command == mysql::Command::binlog_dump || command == mysql::Command::binlog_dump_gtid) ++*entry_.dump_requests;
  record().begin("Relay", "relayed to the tenant's instance");
  const Relayed::Place place(*entry_.relayed, route_);
  relayed_ = true;
  co_await relay::relay(take_channel(), std::move(**instance), entry_.relay_totals);
  relayed_ = false;
  co_return fail(ErrorKind::closed, "the relayed connection has ended");
}

}  // namespace sluice::server
