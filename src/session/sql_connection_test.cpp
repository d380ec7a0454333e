#include "session/sql_connection.h"

#include <thread>

#include <boost/asio/thread_pool.hpp>
#include <gtest/gtest.h>

#include "listen/accounts.h"
#include "mysql/client.h"
#include "session/sql_for_test.h"

namespace sluice::session {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// What the derived class of a test does otherwise than its base.
struct Ways {
  std::optional<mysql::SqlError> refuses_later;
  bool takes_channel = false;
  std::promise<bool> taken_ended;  ///< the channel that was taken: whether somebody closed it
};

class TestConnection : public SqlConnection {
 public:
  TestConnection(asio::ip::tcp::socket socket, const SqlServices& services, std::uint32_t id, Ways& ways)
      : SqlConnection(std::move(socket), services, id), ways_(ways) {}

  [[nodiscard]] asio::awaitable<void> run() override {
    if (!ways_.takes_channel) {
      co_await SqlConnection::run();
      co_return;
    }
    mysql::Channel taken = take_channel();
    const Result<Bytes> got = co_await taken.read_payload(1000, 10s);
    ways_.taken_ended.set_value(!got && got.error().kind == ErrorKind::closed);
  }

 protected:
  [[nodiscard]] mysql::LoginSettings login_settings() const override {
    mysql::LoginSettings settings = SqlConnection::login_settings();
    settings.refuses_later = [&ways = ways_](const mysql::Login&) -> asio::awaitable<std::optional<mysql::SqlError>> {
      co_return ways.refuses_later;
    };
    return settings;
  }

 private:
  Ways& ways_;
};

class SqlConnectionTest : public testing::Test {
 protected:
  ~SqlConnectionTest() override { listener->stop(); }

  void SetUp() override {
    listen::ListenerSettings settings;
    settings.address = "127.0.0.1";
    listener = std::move(*listen::Listener::open(settings));
    services.login.server_version = [] { return "8.0.0"; };
    services.listener = listener.get();
    services.accounts = accounts.get();
    services.make_sql = [this](const answers::SqlClient&) {
      auto made = std::make_unique<TestSql>();
      made->idle = 1h;
      sql = made.get();
      return made;
    };
    services.statements = statements.get_executor();
    services.statement_count = &statement_count;
    services.registry = &registry;
    listener->start({.make =
                         [this](asio::ip::tcp::socket socket, std::size_t, std::uint32_t id) {
                           return std::make_shared<TestConnection>(std::move(socket), services, id, ways);
                         },
                     .ended = [this] { statements.join(); }});
  }

  mysql::Client client() {
    mysql::ClientOptions options;
    options.address = "127.0.0.1:" + std::to_string(listener->port());
    options.user = "u";
    return {options, *mysql::Interruption::make()};
  }

  void for_each(const std::function<void(SqlConnection&)>& visit) {
    listener->for_each([visit](listen::Connection& one) { visit(static_cast<SqlConnection&>(one)); });
  }

  /// The SQL side of the connection that has just been made: its client may have its OK a little earlier.
  TestSql& made_sql() const {
    while (sql == nullptr) {
      std::this_thread::sleep_for(1ms);
    }
    return *sql;
  }

  /// The server has closed the connection.
  static bool is_cut(mysql::Client& client) {
    const auto end = client.read_payload(5s);
    return !end && end.error().kind == ErrorKind::closed;
  }

  Ways ways;
  std::shared_ptr<listen::Accounts> accounts = listen::Accounts::open_to_all();
  SessionRegistry registry;
  asio::thread_pool statements{1};
  std::atomic<std::uint64_t> statement_count{0};
  std::atomic<TestSql*> sql = nullptr;  ///< of the last connection
  SqlServices services;
  std::unique_ptr<listen::Listener> listener;
};

TEST_F(SqlConnectionTest, ALogIsNothingItKnows) {
  mysql::Client one = client();
  ASSERT_TRUE(one.connect());
  for (const mysql::Command command :
       {mysql::Command::binlog_dump, mysql::Command::binlog_dump_gtid, mysql::Command::register_slave}) {
    ASSERT_TRUE(one.send_command(Bytes{static_cast<std::uint8_t>(command), 0, 0}));
    const auto answer = one.read_payload(5s);
    ASSERT_TRUE(answer);
    EXPECT_EQ(mysql::decode_error(*answer)->message, "Unknown command");
  }
  EXPECT_EQ(one.query("ROWS")->rows.size(), 2U) << "the connection goes on";
}

TEST_F(SqlConnectionTest, ADerivedClassMayRefuseALogIn) {
  ways.refuses_later = mysql::SqlError{1049, "42000", "There is no such tenant"};
  const auto refused = client().connect();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, 1049);
}

TEST_F(SqlConnectionTest, AChannelThatWasTakenIsStillClosed) {
  ways.takes_channel = true;
  mysql::Client one = client();
  ASSERT_TRUE(one.connect());
  for_each([](SqlConnection& connection) { connection.kill(answers::KillScope::connection); });
  EXPECT_TRUE(ways.taken_ended.get_future().get());
  EXPECT_TRUE(is_cut(one));
}

TEST_F(SqlConnectionTest, AStatementThatWaitsIsWoken) {
  mysql::Client one = client();
  ASSERT_TRUE(one.connect());
  std::thread waker([this] {
    const std::function<void()> wake = made_sql().waits.get_future().get();
    made_sql().went_on = true;
    wake();
  });
  EXPECT_TRUE(one.execute("LATER"));
  waker.join();
}

TEST_F(SqlConnectionTest, AStatementThatWaitsIsKilled) {
  mysql::Client one = client();
  ASSERT_TRUE(one.connect());
  std::thread killer([this] {
    (void)made_sql().waits.get_future().get();
    for_each([](SqlConnection& connection) { connection.kill(answers::KillScope::statement); });
  });
  EXPECT_TRUE(one.execute("LATER"));
  killer.join();
}

TEST_F(SqlConnectionTest, AClientThatLeavesEndsItsWait) {
  mysql::Client one = client();
  ASSERT_TRUE(one.connect());
  const std::string text = "LATER";
  Bytes payload{static_cast<std::uint8_t>(mysql::Command::query)};
  payload.insert(payload.end(), text.begin(), text.end());
  ASSERT_TRUE(one.send_command(payload));
  (void)made_sql().waits.get_future().get();
  one.close();
  for (int i = 0; i < 500 && listener->connections() > 0; ++i) {
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_EQ(listener->connections(), 0U);
}

TEST_F(SqlConnectionTest, AnAccountThatIsGoneEndsItsConnections) {
  mysql::Client one = client();
  ASSERT_TRUE(one.connect());
  for_each(
      [](SqlConnection& connection) { connection.close_if_gone([](const std::string& user) { return user != "u"; }); });
  EXPECT_TRUE(one.query("ROWS")) << "another's account";
  for_each(
      [](SqlConnection& connection) { connection.close_if_gone([](const std::string& user) { return user == "u"; }); });
  EXPECT_TRUE(is_cut(one));
}

TEST_F(SqlConnectionTest, AnAccountThatGoesWhileItsClientLogsInIsNotLetIn) {
  services.is_known = [](const std::string&) { return false; };
  mysql::Client one = client();
  const bool in = one.connect() && one.query("ROWS");
  EXPECT_FALSE(in);
}

TEST_F(SqlConnectionTest, OthersSeeNoPasswordInAStatementThatRuns) {
  mysql::Client one = client();
  ASSERT_TRUE(one.connect());
  const std::jthread asks([&] { (void)one.query("WAIT IDENTIFIED BY 'hush'"); });
  std::optional<std::string> seen;
  for (int looks = 0; !seen && looks < 5000; ++looks) {
    const auto sessions = registry.sessions();
    if (!sessions.empty()) seen = sessions.front().statement;
    std::this_thread::sleep_for(1ms);
  }
  EXPECT_EQ(seen, "WAIT IDENTIFIED BY ******");
  for_each([](SqlConnection& connection) { connection.kill(answers::KillScope::connection); });
}

}  // namespace
}  // namespace sluice::session
