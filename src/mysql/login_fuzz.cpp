#include <array>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/byte_reader.h"
#include "mysql/authentication.h"
#include "mysql/client_login.h"
#include "mysql/packet.h"
#include "mysql/server_login.h"

// Any bytes as the other side of a log-in, ours being the server's or the client's: it ends, and nobody gets in who
// could not know the password.
//
// Input: a byte of choices, then either bytes as they are, or payloads with two bytes of length before each, which get
// the packet headers that belong there.

using namespace sluice;
using namespace sluice::mysql;

namespace {

enum Choice : std::uint8_t {
  as_client = 0x01,
  unframed = 0x02,
  native_account = 0x04,
  sha2_account = 0x08,
  known_hash = 0x10,
  any_password = 0x20,
  changes_user = 0x40,
  asks_for_key = 0x80,
};

constexpr std::size_t input_max = 32768;  // fits into any socket's buffer, so nobody waits

/// One account for every name. Its password is never the right one.
class Accounts : public AccountStore {
 public:
  explicit Accounts(std::uint8_t choices) {
    account_.native = (choices & native_account) != 0;
    account_.sha2 = (choices & sha2_account) != 0;
    account_.any_password = (choices & any_password) != 0;
    account_.native_hash.fill(0x5A);
    if ((choices & known_hash) != 0) account_.sha2_hash.emplace().fill(0xA5);
  }
  [[nodiscard]] LoginAccount find(const std::string&) const override { return account_; }
  [[nodiscard]] bool verify(const std::string&, const std::string&) override { return false; }

 private:
  LoginAccount account_;
};

/// What the other side sends. Its sequence numbers begin at `first` and leave one out for each answer of ours.
Bytes stream_of(ByteView input, std::uint8_t choices, std::uint8_t first) {
  if ((choices & unframed) != 0) return {input.begin(), input.end()};
  Bytes stream;
  ByteReader reader(input);
  for (std::uint8_t sequence = first; reader.remaining() >= 2; sequence = static_cast<std::uint8_t>(sequence + 2)) {
    const std::size_t size = std::min<std::size_t>(reader.u16(), reader.remaining());
    const ByteView payload = reader.bytes(size);
    std::array<std::uint8_t, 4> header{};
    store_little_endian(header.data(), size, 3);
    header[3] = sequence;
    stream.insert(stream.end(), header.begin(), header.end());
    stream.insert(stream.end(), payload.begin(), payload.end());
  }
  return stream;
}

void send_all(int socket, ByteView bytes) {
  SLUICE_ASSERT(bytes.empty() || ::send(socket, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  ::shutdown(socket, SHUT_WR);
}

const PasswordKey& password_key() {
  static const auto key = PasswordKey::make();
  return *key;
}

asio::awaitable<void> serve(Channel& channel, std::uint8_t choices, ByteView change) {
  Accounts accounts(choices);
  LoginSettings settings;
  settings.server_version = [] { return std::string("5.7.44-sluice"); };
  settings.password_key = &password_key();
  settings.deadline = std::chrono::milliseconds(2000);
  const bool open = (choices & any_password) != 0;
  const Result<Login> login = co_await log_in(channel, settings, accounts, 7);
  SLUICE_ASSERT(!login || open);
  if (!login || (choices & changes_user) == 0) co_return;
  const Result<Login> again = co_await change_user(channel, settings, accounts, *login, change);
  SLUICE_ASSERT(!again || open);
}

void run_server(ByteView input, std::uint8_t choices) {
  int pair[2];
  SLUICE_ASSERT(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  send_all(pair[0], stream_of(input, choices, 1));
  {
    asio::io_context context;
    asio::ip::tcp::socket socket(context);
    socket.assign(asio::ip::tcp::v4(), pair[1]);
    Channel channel(std::move(socket));
    bool ended = false;
    asio::co_spawn(context, serve(channel, choices, input),
                   [&](const std::exception_ptr& thrown) { ended = thrown == nullptr; });
    context.run();
    SLUICE_ASSERT(ended);
  }
  ::close(pair[0]);
}

/// A listener whose clients are accepted by hand.
struct Listener {
  Listener() : socket(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    SLUICE_ASSERT(::bind(socket, any, size) == 0 && ::listen(socket, 8) == 0 && ::getsockname(socket, any, &size) == 0);
    port = ntohs(address.sin_port);
  }
  int socket;
  std::uint16_t port = 0;
};

void run_client(ByteView input, std::uint8_t choices) {
  static const Listener listener;
  static const auto interruption = *Interruption::make();
  const Deadline deadline = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  auto socket = ClientSocket::connect({.host = "127.0.0.1", .port = listener.port}, interruption, deadline);
  SLUICE_ASSERT(socket);
  const int server = ::accept(listener.socket, nullptr, nullptr);
  SLUICE_ASSERT(server >= 0);
  const linger at_once{.l_onoff = 1, .l_linger = 0};  // no connection lingers behind thousands of runs
  ::setsockopt(server, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  send_all(server, stream_of(input, choices, 0));
  ClientConnection connection(std::move(*socket), 4096);
  ClientOptions options;
  options.user = "fuzz";
  options.password = "secret";
  options.database = (choices & any_password) != 0 ? "d" : "";
  options.public_key_request = (choices & asks_for_key) != 0;
  options.tls.mode = TlsMode::off;
  const auto greeting = log_in_to_server(connection, options, "127.0.0.1", deadline);
  SLUICE_ASSERT(greeting || !greeting.error().message.empty());
  ::close(server);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > input_max) return 0;
  const std::uint8_t choices = data[0];
  const ByteView input = ByteView(data, size).subspan(1);
  if ((choices & as_client) != 0)
    run_client(input, choices);
  else
    run_server(input, choices);
  return 0;
}
