#include "relay/instance_login.h"

#include <algorithm>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "mysql/authentication.h"
#include "mysql/greeting.h"
#include "mysql/handshake_response.h"
#include "mysql/relayed_login.h"
#include "mysql/response.h"
#include "mysql/server_address.h"

namespace sluice::relay {

using asio::ip::tcp;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr std::size_t packet_size_max = 64U << 10U;

milliseconds left_until(steady_clock::time_point end) {
  return std::max(std::chrono::duration_cast<milliseconds>(end - steady_clock::now()), milliseconds(1));
}

std::string text_of(const InstanceAddress& address) {
  return mysql::to_text({.host = address.ip, .port = address.port});
}

/// A host that goes without a word is noticed within about two seconds, whether there is something to be sent or not.
void notice_loss(tcp::socket& socket) {
  constexpr int on = 1;
  constexpr int second = 1;
  constexpr int unanswered = 2;  // keepalives, where there is no limit of time
  constexpr int limit_ms = 2000;
  const auto set = [&](int level, int option, const int& value) {
    (void)::setsockopt(socket.native_handle(), level, option, &value, sizeof value);  // else it takes longer
  };
  set(SOL_SOCKET, SO_KEEPALIVE, on);
  set(IPPROTO_TCP, TCP_KEEPIDLE, second);
  set(IPPROTO_TCP, TCP_KEEPINTVL, second);
  set(IPPROTO_TCP, TCP_KEEPCNT, unanswered);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, limit_ms);
}

asio::awaitable<Result<tcp::socket>> connect(asio::any_io_executor executor, const InstanceAddress& address,
                                             milliseconds deadline) {
  boost::system::error_code error;
  const asio::ip::address ip = asio::ip::make_address(address.ip, error);
  if (error) {
    co_return fail(ErrorKind::invalid, fmt::format("'{}' is no IP address", address.ip));
  }
  const auto socket = std::make_shared<tcp::socket>(executor);
  asio::steady_timer timer(executor, deadline);
  const auto expired = std::make_shared<bool>(false);
  timer.async_wait([socket, expired](const boost::system::error_code& aborted) {
    if (!aborted) {
      *expired = true;
      boost::system::error_code ignored;
      socket->close(ignored);
    }
  });
  co_await socket->async_connect({ip, address.port}, asio::redirect_error(asio::use_awaitable, error));
  timer.cancel();
  if (*expired) {
    co_return fail(ErrorKind::timeout,
                   fmt::format("{}: connecting took more than {} ms", text_of(address), deadline.count()));
  }
  if (error) {
    co_return fail(ErrorKind::io, fmt::format("{}: {}", text_of(address), error.message()));
  }
  notice_loss(*socket);
  co_return std::move(*socket);
}

/// What the instance refuses with is its own error; its number goes on to the client.
std::unexpected<Error> refused(const InstanceAddress& address, ByteView payload) {
  const Result<mysql::SqlError> error = mysql::decode_error(payload);
  if (!error) {
    return fail(ErrorKind::invalid, fmt::format("{}: {}", text_of(address), error.error().message));
  }
  return fail(ErrorKind::refused, fmt::format("{}: {}", text_of(address), error->message), error->code);
}

mysql::HandshakeResponse response_for(const RelayAccount& account, const mysql::Login& login,
                                      const std::string& client_ip, const mysql::Greeting& greeting) {
  using namespace mysql::capability;
  mysql::HandshakeResponse response;
  // Those of the log-in itself are our own matter; all else is as the client has it.
  constexpr mysql::Capabilities ours = ssl | connect_with_db;
  response.capabilities = (login.capabilities & ~ours) | protocol_41 | secure_connection | plugin_auth | connect_attrs |
                          plugin_auth_lenenc_client_data | (login.database.empty() ? 0 : connect_with_db);
  response.max_packet_size = login.max_packet_size;
  response.charset = greeting.charset;
  response.user = account.user;
  response.auth_response = mysql::native_proof(account.password, greeting.challenge);
  response.database = login.database;
  response.plugin = mysql::plugin::mysql_native_password;
  response.attributes = login.attributes;
  mysql::add_relayed_login(response.attributes, {login.user, client_ip, login.challenge});
  return response;
}

}  // namespace

asio::awaitable<Result<std::unique_ptr<mysql::Channel>>> log_in_for(
    asio::any_io_executor executor, const InstanceAddress& address, const RelayAccount& account,
    const mysql::Login& login, const std::string& client_ip, milliseconds deadline) {
  const auto end = steady_clock::now() + deadline;
  Result<tcp::socket> socket = co_await connect(executor, address, deadline);
  if (!socket) {
    co_return std::unexpected(std::move(socket.error()));
  }
  auto instance = std::make_unique<mysql::Channel>(std::move(*socket));
  const Result<Bytes> first = co_await instance->read_payload(packet_size_max, left_until(end));
  if (!first) {
    co_return std::unexpected(first.error());
  }
  if (mysql::is_error(*first)) {
    co_return refused(address, *first);
  }
  const Result<mysql::Greeting> greeting = mysql::decode_greeting(*first);
  if (!greeting) {
    co_return fail_in(text_of(address), greeting.error());
  }
  const mysql::HandshakeResponse response = response_for(account, login, client_ip, *greeting);
  if ((response.capabilities & ~greeting->capabilities) != 0) {
    co_return fail(
        ErrorKind::unsupported,
        fmt::format("{}: the instance lacks capabilities {:#x} that its client was promised; are its version "
                    "and this server's the same?",
                    text_of(address), response.capabilities & ~greeting->capabilities));
  }
  const Bytes packet = mysql::encode_handshake_response(response);
  const Result<void> sent = co_await instance->write_payload(packet);
  if (!sent) {
    co_return std::unexpected(sent.error());
  }
  const Result<Bytes> answer = co_await instance->read_payload(packet_size_max, left_until(end));
  if (!answer) {
    co_return std::unexpected(answer.error());
  }
  if (mysql::is_error(*answer)) {
    co_return refused(address, *answer);
  }
  if (!mysql::is_ok(*answer)) {
    co_return fail(ErrorKind::unsupported, fmt::format("{}: the instance wants another log-in than "
                                                       "mysql_native_password for the account '{}'",
                                                       text_of(address), account.user));
  }
  co_return instance;
}

}  // namespace sluice::relay
