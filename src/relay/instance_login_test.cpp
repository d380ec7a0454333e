#include "relay/instance_login.h"

#include <optional>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "mysql/authentication.h"
#include "mysql/relayed_login.h"

namespace sluice::relay {
namespace {

using asio::ip::tcp;
using std::chrono::milliseconds;

/// Knows the servers' account alone.
class ServersAccount : public mysql::AccountStore {
 public:
  [[nodiscard]] mysql::LoginAccount find(const std::string& user) const override {
    mysql::LoginAccount account;
    account.native = true;
    account.native_hash = mysql::native_stored_hash(user == "server" ? "secret" : "another one");
    return account;
  }
  [[nodiscard]] bool verify(const std::string&, const std::string&) override { return false; }
};

/// An instance as far as its log-in, and a log-in there.
class InstanceLoginTest : public testing::Test {
 protected:
  InstanceLoginTest() : acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    settings.server_version = [] { return "5.7.44-sluice"; };
    settings.deadline = milliseconds(2000);
    client.user = "u@t#c";
    client.database = "d";
    client.capabilities = mysql::capability::protocol_41 | mysql::capability::connect_attrs;
    client.attributes = {{"program_name", "canal"}};
    client.challenge = mysql::make_challenge();
  }

  Result<std::unique_ptr<mysql::Channel>> log_in(milliseconds deadline = milliseconds(2000)) {
    std::optional<Result<std::unique_ptr<mysql::Channel>>> result;
    const InstanceAddress address{"127.0.0.1", acceptor.local_endpoint().port()};
    const std::string host = "192.0.2.7";
    asio::co_spawn(here, log_in_for(here.get_executor(), address, account, client, host, deadline),
                   [&](const std::exception_ptr&, Result<std::unique_ptr<mysql::Channel>> made) {
                     if (made) {
                       (*made)->close();
                     }
                     result.emplace(std::move(made));
                   });
    here.restart();
    here.run();
    return std::move(*result);
  }

  /// Receives one log-in in a thread of its own.
  void serve() {
    thread = std::jthread([this] {
      mysql::Channel channel(acceptor.accept());
      asio::co_spawn(context, mysql::log_in(channel, settings, accounts, 1),
                     [this](const std::exception_ptr&, Result<mysql::Login> login) { seen.emplace(std::move(login)); });
      context.run();
    });
  }

  asio::io_context here;  ///< outlives the channels that come of it
  asio::io_context context;
  tcp::acceptor acceptor;
  mysql::LoginSettings settings;
  ServersAccount accounts;
  RelayAccount account{"server", "secret"};
  mysql::Login client;
  std::optional<Result<mysql::Login>> seen;
  std::jthread thread;
};

TEST_F(InstanceLoginTest, SaysForWhomItIs) {
  serve();
  EXPECT_TRUE(log_in());
  thread.join();
  ASSERT_TRUE(seen && *seen);
  mysql::Login login = **seen;
  EXPECT_EQ(login.user, "server");
  EXPECT_EQ(login.database, "d");
  const auto relayed = mysql::take_relayed_login(login.attributes);
  ASSERT_TRUE(relayed);
  EXPECT_EQ(relayed->user + " " + relayed->host, "u@t#c 192.0.2.7");
  EXPECT_EQ(relayed->challenge, client.challenge);
  EXPECT_EQ(login.attributes, client.attributes);
}

TEST_F(InstanceLoginTest, ARefusalComesWithItsNumber) {
  account.password = "wrong";
  serve();
  const auto channel = log_in();
  ASSERT_FALSE(channel);
  EXPECT_EQ(channel.error().kind, ErrorKind::refused);
  EXPECT_EQ(channel.error().code, 1045);
  EXPECT_EQ(channel.error().message.find("secret"), std::string::npos);
}

TEST_F(InstanceLoginTest, NobodyThereAndNobodyWhoAnswers) {
  const auto silent = log_in(milliseconds(50));  // the system accepts, nobody greets
  ASSERT_FALSE(silent);
  EXPECT_EQ(silent.error().kind, ErrorKind::timeout);
  const auto port = acceptor.local_endpoint().port();
  acceptor.close();
  acceptor = tcp::acceptor(context);
  const InstanceAddress nobody{"127.0.0.1", port};
  const std::string host = "192.0.2.7";
  asio::co_spawn(here, log_in_for(here.get_executor(), nobody, account, client, host, milliseconds(1000)),
                 [&](const std::exception_ptr&, const Result<std::unique_ptr<mysql::Channel>>& made) {
                   ASSERT_FALSE(made);
                   EXPECT_EQ(made.error().kind, ErrorKind::io);
                   EXPECT_NE(made.error().message.find(std::to_string(port)), std::string::npos);
                 });
  here.restart();
  here.run();
}

}  // namespace
}  // namespace sluice::relay
