#include "instance/session_listener.h"

#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>

#include "listen/accounts.h"
#include "listen/certificate.h"
#include "mysql/client.h"
#include "mysql/command.h"
#include "mysql/replication_commands.h"
#include "mysql/response.h"
#include "session/sql_for_test.h"

namespace sluice::instance {
namespace {

using session::TestSql;

class SessionListenerTest : public testing::Test {
 protected:
  SessionListenerTest() {
    std::string name = std::filesystem::temp_directory_path() / "sluice-listener-XXXXXX";
    directory = mkdtemp(name.data());
    accounts = listen::Accounts::open_to_all();
    services.accounts = accounts.get();
    services.login.server_version = [] { return "5.7.44-sluice"; };
    services.log = std::make_shared<store::Log>(directory);
    services.dumps = &dumps;
    services.sessions = &sessions;
    services.make_sql = [this](const answers::SqlClient& client) {
      auto sql = std::make_unique<TestSql>();
      sql->database = client.database;
      sql->idle = idle_timeout;
      return sql;
    };
    settings.address = "127.0.0.1";
  }
  ~SessionListenerTest() override {
    listener.reset();
    std::filesystem::remove_all(directory);
  }

  void open() {
    auto opened = SessionListener::open(settings, services);
    ASSERT_TRUE(opened) << opened.error().message;
    listener = std::move(*opened);
  }

  mysql::Client client() {
    mysql::ClientOptions options;
    options.address = "127.0.0.1:" + std::to_string(listener->port());
    options.user = "u";
    options.database = "d1";
    return {options, *mysql::Interruption::make()};
  }

  /// Sends a command and gives the first payload of the answer.
  static Bytes ask(mysql::Client& client, mysql::Command command, std::string_view rest) {
    Bytes payload{static_cast<std::uint8_t>(command)};
    payload.insert(payload.end(), rest.begin(), rest.end());
    EXPECT_TRUE(client.send_command(payload));
    const auto answer = client.read_payload(std::chrono::milliseconds(2000));
    return answer ? Bytes(answer->begin(), answer->end()) : Bytes();
  }

  std::chrono::milliseconds idle_timeout = std::chrono::hours(1);
  std::filesystem::path directory;
  std::unique_ptr<listen::Accounts> accounts;
  dump::DumpRegistry dumps;
  session::SessionRegistry sessions;
  ListenerServices services;
  listen::ListenerSettings settings;
  std::unique_ptr<SessionListener> listener;
};

TEST_F(SessionListenerTest, AnswersStatements) {
  open();
  mysql::Client one = client();
  ASSERT_TRUE(one.connect());
  const auto rows = one.query("ROWS");
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(rows->columns, (std::vector<std::string>{"a", "b", "c"}));
  ASSERT_EQ(rows->rows.size(), 2U);
  EXPECT_EQ(rows->rows[0], (mysql::Row{"x", "-5", "1.5"}));
  EXPECT_EQ(rows->rows[1], (mysql::Row{std::nullopt, std::nullopt, std::nullopt}));
  const auto error = one.query("NONSENSE");
  ASSERT_FALSE(error);
  EXPECT_EQ(error.error().code, 1064);
  EXPECT_EQ(one.query("DATABASE")->rows[0][0], "d1");
  EXPECT_EQ(listener->connections(), 1U);
}

TEST_F(SessionListenerTest, AnswersTheSmallCommands) {
  using mysql::Command;
  open();
  mysql::Client one = client();
  ASSERT_TRUE(one.connect());
  EXPECT_TRUE(mysql::is_ok(ask(one, Command::ping, "")));
  EXPECT_TRUE(mysql::is_ok(ask(one, Command::init_db, "d2")));
  EXPECT_EQ(one.query("DATABASE")->rows[0][0], "d2");
  EXPECT_EQ(mysql::decode_error(ask(one, Command::init_db, "bad"))->code, 1049);
  EXPECT_TRUE(mysql::is_ok(ask(one, Command::reset_connection, "")));
  EXPECT_EQ(one.query("DATABASE")->rows[0][0], "");
  EXPECT_TRUE(mysql::is_eof(ask(one, Command::set_option, std::string_view("\1\0", 2))));
  EXPECT_EQ(mysql::decode_error(ask(one, Command::set_option, std::string_view("\0\0", 2)))->code, 1235);
  EXPECT_EQ(as_text(ask(one, Command::statistics, "")).find("Uptime:"), 0U);
  EXPECT_EQ(mysql::decode_error(ask(one, Command::field_list, "t"))->code, 1047);
  EXPECT_EQ(mysql::decode_error(ask(one, static_cast<Command>(200), ""))->sqlstate, "08S01");
  mysql::RegisterReplica replica;
  replica.server_id = 9;
  const Bytes payload = mysql::encode_register_replica(replica);
  EXPECT_TRUE(mysql::is_ok(ask(one, Command::register_slave, as_text(payload).substr(1))));
  EXPECT_EQ(mysql::decode_error(ask(one, Command::query, std::string((1U << 20U) + 1, 'x')))->code, 1153);
  EXPECT_TRUE(mysql::is_ok(ask(one, Command::ping, "")));
  EXPECT_TRUE(ask(one, Command::quit, "").empty());
}

TEST_F(SessionListenerTest, RunsPreparedStatements) {
  using mysql::Command;
  open();
  mysql::Client one = client();
  ASSERT_TRUE(one.connect());
  const Bytes head = ask(one, Command::stmt_prepare, "SELECT ?");
  ASSERT_EQ(head.size(), 12U);
  EXPECT_EQ(load_little_endian(head.data() + 1, 4), 5U);
  EXPECT_EQ(load_little_endian(head.data() + 7, 2), 3U);
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(one.read_payload(std::chrono::milliseconds(2000)));
  }
  // A NULL, a LONGLONG 7 and a VAR_STRING "ab".
  const std::string_view execute("\5\0\0\0\0\1\0\0\0\1\1\x06\0\x08\0\xFD\0\7\0\0\0\0\0\0\0\2ab", 28);
  EXPECT_EQ(ask(one, Command::stmt_execute, execute), Bytes{2});
  std::vector<Bytes> payloads;
  for (int i = 0; i < 7; ++i) {
    const auto payload = one.read_payload(std::chrono::milliseconds(2000));
    ASSERT_TRUE(payload);
    payloads.emplace_back(payload->begin(), payload->end());
  }
  const auto kind = [&](std::size_t row) { return load_little_endian(payloads[3 + row].data() + 2, 8); };
  EXPECT_EQ(kind(0), 0U);
  EXPECT_EQ(kind(1), 1U);
  EXPECT_EQ(kind(2), 4U);
  EXPECT_EQ(as_text(ByteView(payloads[3]).subspan(11)), "no number");
  EXPECT_TRUE(mysql::is_eof(payloads[6]));
  EXPECT_TRUE(mysql::is_ok(ask(one, Command::stmt_reset, std::string_view("\5\0\0\0", 4))));
  EXPECT_TRUE(one.send_command(Bytes{static_cast<std::uint8_t>(Command::stmt_close), 5, 0, 0, 0}));
  EXPECT_EQ(mysql::decode_error(ask(one, Command::stmt_execute, execute))->code, 1243);
}

TEST_F(SessionListenerTest, DumpErrorsAreTold) {
  open();
  mysql::Client one = client();
  ASSERT_TRUE(one.connect());
  ASSERT_TRUE(one.send_command(mysql::encode_binlog_dump({})));
  const auto answer = one.read_payload(std::chrono::milliseconds(2000));
  ASSERT_TRUE(answer);
  EXPECT_EQ(mysql::decode_error(*answer)->code, 1236);
}

TEST_F(SessionListenerTest, LimitsConnections) {
  settings.connections_max = [] { return 2; };
  open();
  mysql::Client one = client();
  mysql::Client two = client();
  mysql::Client three = client();
  ASSERT_TRUE(one.connect());
  ASSERT_TRUE(two.connect());
  const auto refused = three.connect();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, 1040);
  two.close();
  for (int i = 0; i < 100 && listener->connections() > 1; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_TRUE(three.connect());
}

TEST_F(SessionListenerTest, AnAdministratorFindsAPlaceWhenAllAreTaken) {
  settings.connections_max = [] { return std::size_t{2}; };
  services.is_admin = [](const std::string& user) { return user == "root"; };
  open();
  mysql::Client one = client();
  mysql::Client two = client();
  ASSERT_TRUE(one.connect());
  ASSERT_TRUE(two.connect());
  mysql::ClientOptions options;
  options.address = "127.0.0.1:" + std::to_string(listener->port());
  options.user = "root";
  mysql::Client administrator(options, *mysql::Interruption::make());
  ASSERT_TRUE(administrator.connect());
  mysql::Client second(options, *mysql::Interruption::make());
  const auto refused = second.connect();
  ASSERT_FALSE(refused) << "there is one such place";
  EXPECT_EQ(refused.error().code, 1040);
  EXPECT_EQ(listener->totals().refused_connections, 1U);
}

TEST_F(SessionListenerTest, TheClustersOwnTakeNoClientsPlace) {
  settings.connections_max = [] { return std::size_t{1}; };
  settings.is_own = [](const std::string& user) { return user == "own"; };
  open();
  mysql::ClientOptions options;
  options.address = "127.0.0.1:" + std::to_string(listener->port());
  options.user = "own";
  mysql::Client first_own(options, *mysql::Interruption::make());
  mysql::Client one = client();
  mysql::Client second_own(options, *mysql::Interruption::make());
  mysql::Client two = client();
  EXPECT_TRUE(first_own.connect());
  EXPECT_TRUE(one.connect());
  EXPECT_TRUE(second_own.connect());
  EXPECT_FALSE(two.connect());
}

/// A peer that is connected and says nothing.
class SilentPeer {
 public:
  explicit SilentPeer(std::uint16_t port) : socket_(context_) {
    socket_.connect({boost::asio::ip::address_v4::loopback(), port});
  }
  /// Whether it was greeted and then disconnected, within five seconds.
  bool is_let_go() {
    socket_.non_blocking(true);
    for (int i = 0; i < 500; ++i) {
      std::array<char, 256> greeting{};
      boost::system::error_code error;
      (void)socket_.read_some(boost::asio::buffer(greeting), error);
      if (error == boost::asio::error::eof || error == boost::asio::error::connection_reset) {
        return true;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

 private:
  boost::asio::io_context context_;
  boost::asio::ip::tcp::socket socket_;
};

TEST_F(SessionListenerTest, SilentPeersDoNotStarveOthers) {
  settings.unauthenticated_max = [] { return std::size_t{3}; };
  open();
  std::vector<std::unique_ptr<SilentPeer>> silent;
  for (int i = 0; i < 8; ++i) {
    silent.push_back(std::make_unique<SilentPeer>(listener->port()));
  }
  mysql::Client one = client();
  ASSERT_TRUE(one.connect()) << "those who are slow have to go, not who comes";
  EXPECT_TRUE(silent.front()->is_let_go());
  EXPECT_TRUE(one.query("ROWS")) << "who has logged in stays";
  EXPECT_GE(listener->totals().evicted_handshakes, 6U);
}

TEST_F(SessionListenerTest, ALogInHasADeadline) {
  settings.login_deadline = [] { return std::chrono::seconds(1); };
  open();
  SilentPeer silent(listener->port());
  EXPECT_TRUE(silent.is_let_go());
  EXPECT_EQ(listener->totals().failed_logins, 0U) << "who says nothing has tried no password";
}

TEST_F(SessionListenerTest, AddressesThatFailToLogInAreKeptOutForAWhile) {
  listen::AccountSettings account;
  account.name = "u";
  account.native = "*14E65567ABDB5135D0CFD9A70B3032C179A49EE7";  // of "secret"
  auto made = listen::Accounts::make({account});
  ASSERT_TRUE(made) << made.error().message;
  services.accounts = made->get();
  listen::LoginGuard::Limits limits{3, std::chrono::seconds(2)};
  settings.login_limits = [&limits] { return limits; };
  open();
  mysql::ClientOptions options;
  options.address = "127.0.0.1:" + std::to_string(listener->port());
  options.user = "u";
  const auto try_password = [&](const std::string& password) {
    options.password = password;
    mysql::Client one(options, *mysql::Interruption::make());
    const auto connected = one.connect();
    return connected ? 0 : connected.error().code;
  };
  EXPECT_EQ(try_password("secret"), 0);
  EXPECT_EQ(try_password("wrong"), 1045);
  EXPECT_EQ(try_password("wrong"), 1045);
  EXPECT_EQ(try_password("secret"), 0) << "and all is forgiven";
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(try_password("wrong"), 1045);
  }
  EXPECT_EQ(try_password("secret"), 1129);
  std::this_thread::sleep_for(std::chrono::milliseconds(2100));
  EXPECT_EQ(try_password("secret"), 0);
  EXPECT_EQ(listener->totals().failed_logins, 5U);
  EXPECT_EQ(listener->totals().blocked_connections, 1U);
  listener.reset();
}

TEST_F(SessionListenerTest, IdleConnectionsEnd) {
  idle_timeout = std::chrono::milliseconds(50);
  open();
  mysql::Client one = client();
  ASSERT_TRUE(one.connect());
  const auto over = one.read_payload(std::chrono::milliseconds(2000));
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().kind, ErrorKind::closed);
}

TEST_F(SessionListenerTest, StopsQuicklyWhateverConnectionsDo) {
  open();
  mysql::Client idle = client();
  ASSERT_TRUE(idle.connect());
  std::thread waiting([this] {
    mysql::Client one = client();
    ASSERT_TRUE(one.connect());
    EXPECT_FALSE(one.query("WAIT"));
  });
  while (listener->connections() < 2) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const auto begin = std::chrono::steady_clock::now();
  listener->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
  waiting.join();
  EXPECT_FALSE(idle.query("ROWS"));
  EXPECT_EQ(listener->connections(), 0U);
}

TEST_F(SessionListenerTest, AStatementEndsWhenItsClientLeaves) {
  open();
  mysql::Client one = client();
  ASSERT_TRUE(one.connect());
  ASSERT_TRUE(one.send_command(Bytes{static_cast<std::uint8_t>(mysql::Command::query), 'W', 'A', 'I', 'T'}));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  one.close();
  for (int i = 0; i < 200 && listener->connections() > 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(listener->connections(), 0U);
}

TEST_F(SessionListenerTest, DisconnectsOne) {
  open();
  mysql::Client one = client();
  ASSERT_TRUE(one.connect());
  listener->disconnect(one.greeting().connection_id);
  EXPECT_FALSE(one.read_payload(std::chrono::milliseconds(2000)));
}

TEST_F(SessionListenerTest, SaysWhereItCannotListen) {
  open();
  settings.port = listener->port();
  const auto second = SessionListener::open(settings, services);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find(std::to_string(listener->port())), std::string::npos);
  settings.address = "nowhere";
  EXPECT_FALSE(SessionListener::open(settings, services));
}

}  // namespace
}  // namespace sluice::instance
