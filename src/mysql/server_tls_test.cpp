#include "mysql/server_tls.h"

#include <gtest/gtest.h>
#include <openssl/bio.h>

#include "mysql/tls_context_for_test.h"

namespace sluice::mysql {
namespace {

/// OpenSSL's own client at the other end, in the same thread.
class ServerTlsTest : public testing::Test {
 protected:
  ServerTlsTest() {
    static const auto server_context = make_context_for_test();
    server.emplace(*ServerTls::make(server_context->native_handle()));
    context = SSL_CTX_new(TLS_client_method());
    client = SSL_new(context);
    to_client = BIO_new(BIO_s_mem());
    from_client = BIO_new(BIO_s_mem());
    SSL_set_bio(client, to_client, from_client);
    SSL_set_connect_state(client);
  }
  ~ServerTlsTest() override {
    SSL_free(client);
    SSL_CTX_free(context);
  }

  /// Hands over what the client has to send, `step` bytes at a time.
  void deliver(std::size_t step = 1 << 20) {
    Bytes bytes(step);
    for (int size = 0; (size = BIO_read(from_client, bytes.data(), static_cast<int>(step))) > 0;) {
      server->received(ByteView(bytes).first(static_cast<std::size_t>(size)));
    }
  }
  void answer(const Bytes& out) { BIO_write(to_client, out.data(), static_cast<int>(out.size())); }

  void shake_hands() {
    for (bool done = false; !done;) {
      SSL_do_handshake(client);
      deliver(7);
      Bytes out;
      const Result<bool> shaken = server->handshake(out);
      ASSERT_TRUE(shaken) << shaken.error().message;
      done = *shaken;
      answer(out);
    }
    ASSERT_EQ(SSL_do_handshake(client), 1);
  }

  std::optional<ServerTls> server;
  SSL_CTX* context = nullptr;
  SSL* client = nullptr;
  BIO* to_client = nullptr;
  BIO* from_client = nullptr;
};

TEST_F(ServerTlsTest, ReadsBytesHoweverTheyCome) {
  shake_hands();
  const std::string text = "a command";
  SSL_write(client, text.data(), static_cast<int>(text.size()));
  Bytes room(100);
  EXPECT_EQ(server->read(room), std::size_t{0}) << "nothing has come yet";
  deliver(1);
  EXPECT_EQ(server->read(room), text.size());
  EXPECT_EQ(as_text(ByteView(room).first(text.size())), text);
  EXPECT_EQ(server->read(room), std::size_t{0});
}

TEST_F(ServerTlsTest, WritesManyRecordsAtOnceBehindWhatIsThere) {
  shake_hands();
  const Bytes sent(300'000, 7);
  Bytes out;
  ASSERT_TRUE(server->write(ByteView(sent).first(5), out));
  ASSERT_TRUE(server->write(ByteView(sent).subspan(5), out));
  answer(out);
  Bytes got(sent.size());
  std::size_t total = 0;
  for (int size = 0; (size = SSL_read(client, got.data() + total, static_cast<int>(got.size() - total))) > 0;) {
    total += static_cast<std::size_t>(size);
  }
  EXPECT_EQ(total, sent.size());
  EXPECT_EQ(got, sent);
}

TEST_F(ServerTlsTest, TellsThePeersEndFromDamage) {
  shake_hands();
  SSL_shutdown(client);
  deliver();
  Bytes room(10);
  EXPECT_EQ(server->read(room).error().kind, ErrorKind::closed);
}

TEST_F(ServerTlsTest, RefusesDamagedRecordsAndWhatIsNoTls) {
  shake_hands();
  SSL_write(client, "x", 1);
  Bytes record(200);
  const int size = BIO_read(from_client, record.data(), static_cast<int>(record.size()));
  record[static_cast<std::size_t>(size) - 1] ^= 1U;
  server->received(ByteView(record).first(static_cast<std::size_t>(size)));
  Bytes room(10);
  EXPECT_EQ(server->read(room).error().kind, ErrorKind::io);

  static const auto server_context = make_context_for_test();
  auto other = ServerTls::make(server_context->native_handle());
  other->received(as_bytes("SELECT 1"));
  Bytes out;
  EXPECT_FALSE(other->handshake(out));
}

}  // namespace
}  // namespace sluice::mysql
