#include "mysql/server_login.h"

#include <atomic>
#include <map>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "mysql/authentication.h"
#include "mysql/authentication_packets.h"
#include "mysql/client.h"
#include "mysql/greeting.h"
#include "mysql/packet.h"
#include "mysql/tls_context_for_test.h"

namespace sluice::mysql {
namespace {

using asio::ip::tcp;

/// Accounts as a test wants them; passwords are kept in clear here.
class TestAccounts : public AccountStore {
 public:
  [[nodiscard]] LoginAccount find(const std::string& user) const override {
    const auto found = accounts.find(user);
    LoginAccount nobody;
    nobody.native = nobody.sha2 = true;
    return found == accounts.end() ? nobody : found->second;
  }
  [[nodiscard]] bool verify(const std::string& user, const std::string& password) override {
    ++verified;
    const bool right = accounts.contains(user) && password == "secret";
    if (right) {
      accounts[user].sha2_hash = sha2_stored_hash(password);
    }
    return right;
  }

  std::map<std::string, LoginAccount> accounts;
  int verified = 0;
};

/// A server that lets clients log in and then does nothing.
class ServerLoginTest : public testing::Test {
 protected:
  ServerLoginTest() : acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    LoginAccount native;
    native.native = true;
    native.native_hash = native_stored_hash("secret");
    LoginAccount sha2;
    sha2.sha2 = true;
    LoginAccount both = native;
    both.sha2 = true;
    accounts.accounts = {{"native", native}, {"sha2", sha2}, {"both", both}};
    static const std::unique_ptr<asio::ssl::context> shared_context = make_context_for_test();
    static const Result<PasswordKey> shared_key = PasswordKey::make();
    tls = shared_context.get();
    key = &*shared_key;
    settings.server_version = [] { return "5.7.44-sluice"; };
    settings.deadline = std::chrono::milliseconds(2000);
  }

  /// Receives one client; login() has what came of it when the client is done.
  void serve() {
    thread = std::thread([this] {
      channel = std::make_unique<Channel>(acceptor.accept());
      asio::co_spawn(context, log_in(*channel, settings, accounts, 42),
                     [this](const std::exception_ptr&, Result<Login> result) { outcome = std::move(result); });
      context.restart();
      context.run();
      if (!outcome) {
        channel->close();
      }
    });
  }
  const Result<Login>& login() {
    thread.join();
    return outcome;
  }

  Client client(const std::string& user, const std::string& password, TlsMode mode = TlsMode::off) {
    ClientOptions options;
    options.address = "127.0.0.1:" + std::to_string(acceptor.local_endpoint().port());
    options.user = user;
    options.password = password;
    options.database = "d1";
    options.tls.mode = mode;
    options.attributes = {{"program_name", "unit-test"}};
    return {options, *Interruption::make()};
  }

  Result<void> try_login(const std::string& user, const std::string& password, TlsMode mode = TlsMode::off) {
    serve();
    Client one = client(user, password, mode);
    Result<void> connected = one.connect();
    (void)login();
    return connected;
  }

  asio::io_context context;
  tcp::acceptor acceptor;
  TestAccounts accounts;
  LoginSettings settings;
  asio::ssl::context* tls = nullptr;
  const PasswordKey* key = nullptr;
  std::unique_ptr<Channel> channel;
  Result<Login> outcome;
  std::thread thread;
};

TEST_F(ServerLoginTest, NativePassword) {
  EXPECT_TRUE(try_login("native", "secret"));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->user, "native");
  EXPECT_EQ(outcome->database, "d1");
  EXPECT_EQ(outcome->attributes["program_name"], "unit-test");
  EXPECT_EQ(outcome->capabilities & capability::deprecate_eof, 0U);
  EXPECT_FALSE(channel->is_tls());
}

TEST_F(ServerLoginTest, RefusesInTheSameWordsWhetherTheUserExistsOrNot) {
  for (const std::string user : {"native", "nobody"}) {
    const Result<void> refused = try_login(user, "wrong");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, 1045);
    EXPECT_NE(refused.error().message.find("Access denied for user '" + user + "'@'127.0.0.1' (using password: YES)"),
              std::string::npos);
    EXPECT_EQ(outcome.error().kind, ErrorKind::refused);
  }
  const Result<void> empty = try_login("native", "");
  ASSERT_FALSE(empty);
  EXPECT_NE(empty.error().message.find("(using password: NO)"), std::string::npos);
}

TEST_F(ServerLoginTest, TellsWhatWasDecidedBeforeTheClientHears) {
  std::atomic<int> told = -1;
  settings.decided = [&told](int code) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    told = code;
  };
  for (const auto& [password, code] : std::map<std::string, int>{{"secret", 0}, {"wrong", 1045}}) {
    serve();
    Client one = client("native", password);
    (void)one.connect();
    EXPECT_EQ(told.exchange(-1), code);
    (void)login();
  }
}

TEST_F(ServerLoginTest, Sha2OverTls) {
  settings.tls = tls;
  for (const char* const user : {"sha2", "sha2"}) {
    const Result<void> connected = try_login(user, "secret", TlsMode::required);
    EXPECT_TRUE(connected) << connected.error().message;
    EXPECT_TRUE(channel->is_tls());
  }
  EXPECT_EQ(accounts.verified, 1);  // the second time from what was remembered
  EXPECT_FALSE(try_login("sha2", "wrong", TlsMode::required));
  EXPECT_EQ(accounts.verified, 2);
  EXPECT_FALSE(try_login("sha2", "", TlsMode::required));
}

TEST_F(ServerLoginTest, Sha2ByPublicKey) {
  settings.password_key = key;
  for (int i = 0; i < 2; ++i) {
    const Result<void> connected = try_login("sha2", "secret");
    EXPECT_TRUE(connected) << connected.error().message;
  }
  EXPECT_EQ(accounts.verified, 1);
  EXPECT_FALSE(try_login("sha2", "wrong"));
  EXPECT_FALSE(try_login("nobody", "secret"));
}

TEST_F(ServerLoginTest, TlsIsRequiredWhereTheAccountSaysSo) {
  settings.tls = tls;
  accounts.accounts["native"].require_tls = true;
  const Result<void> refused = try_login("native", "secret");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, 1045);
  EXPECT_NE(refused.error().message.find("TLS"), std::string::npos);
  EXPECT_TRUE(try_login("native", "secret", TlsMode::required));
}

TEST_F(ServerLoginTest, LogInCanBeSwitchedOff) {
  LoginAccount anyone;
  anyone.any_password = true;
  accounts.accounts["x"] = anyone;
  EXPECT_TRUE(try_login("x", ""));
  EXPECT_TRUE(try_login("x", "whatever"));
}

TEST_F(ServerLoginTest, SilenceAndNonsenseEndInTime) {
  settings.deadline = std::chrono::milliseconds(50);
  for (const Bytes& bytes : {Bytes(), Bytes{4, 0, 0, 1, 1, 2, 3, 4}, Bytes{0xFF, 0xFF, 0xFF, 1}}) {
    serve();
    asio::io_context other;
    tcp::socket peer(other);
    peer.connect(acceptor.local_endpoint());
    asio::write(peer, asio::buffer(bytes));
    EXPECT_FALSE(login());
  }
}

TEST_F(ServerLoginTest, ChangesUser) {
  serve();
  asio::io_context other;
  tcp::socket peer(other);
  peer.connect(acceptor.local_endpoint());
  const auto read = [&] {
    std::uint8_t header[4];
    asio::read(peer, asio::buffer(header));
    Bytes payload(load_little_endian(header, 3));
    asio::read(peer, asio::buffer(payload));
    return payload;
  };
  const auto write = [&](std::uint8_t sequence, const Bytes& payload) {
    Bytes framed;
    append_packets(framed, sequence, payload);
    asio::write(peer, asio::buffer(framed));
  };
  const auto greeting = decode_greeting(read());
  ASSERT_TRUE(greeting);
  EXPECT_EQ(greeting->connection_id, 42U);
  EXPECT_EQ(greeting->capabilities & capability::ssl, 0U);
  HandshakeResponse response;
  response.capabilities = capability::protocol_41 | capability::secure_connection | capability::plugin_auth;
  response.user = "both";
  response.plugin = "mysql_native_password";
  response.auth_response = native_proof("secret", greeting->challenge);
  write(1, encode_handshake_response(response));
  EXPECT_TRUE(is_ok(read()));
  ASSERT_TRUE(login());

  for (const char* const password : {"secret", "wrong"}) {
    ChangeUser change;
    change.user = "native";
    change.database = "d2";
    change.plugin = "caching_sha2_password";
    const Bytes payload = encode_change_user(change, outcome->capabilities);
    Result<Login> changed;
    std::thread server([&] {
      channel->set_next_sequence(1);
      asio::co_spawn(context, change_user(*channel, settings, accounts, *outcome, payload),
                     [&](const std::exception_ptr&, Result<Login> result) { changed = std::move(result); });
      context.restart();
      context.run();
    });
    const Bytes asked = read();
    const auto request = decode_auth_switch_request(asked);
    ASSERT_TRUE(request);
    EXPECT_EQ(request->plugin, "mysql_native_password");
    Challenge challenge{};
    std::copy_n(request->data.begin(), challenge.size(), challenge.begin());
    EXPECT_EQ(challenge, greeting->challenge);  // libmariadb takes that one whatever it is sent
    write(2, native_proof(password, challenge));
    const Bytes answer = read();
    server.join();
    EXPECT_EQ(is_ok(answer), password == std::string("secret"));
    EXPECT_EQ(changed.has_value(), is_ok(answer));
    if (changed) {
      EXPECT_EQ(changed->user, "native");
      EXPECT_EQ(changed->database, "d2");
    }
  }
}

}  // namespace
}  // namespace sluice::mysql
