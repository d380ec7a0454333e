#include "supervise/instance_start.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include "base/file.h"
#include "supervise/supervisor_for_test.h"

namespace sluice::supervise {
namespace {

using std::chrono::seconds;

/// The real sluice-instance, with a source nobody answers for: it serves all the same.
class InstanceStartTest : public WithSupervisor {
 protected:
  static InstanceStart example() {
    InstanceStart start;
    start.name = "c.t-1";
    start.program = SLUICE_INSTANCE;
    start.ports = {21000, 21999};
    start.settings.tenant = "c.t";
    start.settings.source_kind = "mariadb";
    start.settings.source_addresses = {"127.0.0.1:1"};
    start.settings.source_user = "u";
    start.settings.source_password = "p\"\\\n\x01";
    start.settings.accounts = {{"reader", "*" + std::string(40, 'A'), "", false, false, false}};
    start.settings.parameters = {{"binlog_gtid_display", false}, {"max_connections", std::int64_t{10}}};
    start.settings.max_binlog_size = 1 << 20;
    return start;
  }

  /// What a client that connects is sent first.
  static std::string greeting(std::uint16_t port) {
    const FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    std::string bytes(256, '\0');
    if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return {};
    const ssize_t got = ::recv(socket.get(), bytes.data(), bytes.size(), 0);
    return bytes.substr(0, static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  }
};

TEST_F(InstanceStartTest, ServesAtThePortItWasGivenAndOutlivesUs) {
  const auto started = run(start_instance(*supervisor, example()));
  ASSERT_TRUE(started) << started.error().message;
  EXPECT_TRUE(started->ready);
  EXPECT_NE(greeting(started->port).find("sluice"), std::string::npos);
  supervisor.reset();
  open();
  const auto doubled = run(start_instance(*supervisor, example()));
  ASSERT_FALSE(doubled);
  EXPECT_EQ(doubled.error().kind, ErrorKind::refused);
  ASSERT_EQ(supervisor->running().size(), 1U);
  EXPECT_EQ(supervisor->running().front().pid, started->pid);
  EXPECT_FALSE(greeting(started->port).empty());
  const auto ending = run(supervisor->stop("c.t-1", seconds(10)));
  ASSERT_TRUE(ending) << ending.error().message;
  EXPECT_EQ(ending->text(), "ended with exit code 0");
  EXPECT_TRUE(greeting(started->port).empty());
}

TEST_F(InstanceStartTest, ComesBackAtItsFormerPort) {
  auto start = example();
  start.ports = {21100, 21199};
  const auto former = choose_port("127.0.0.1", {21500, 21599}, {});
  ASSERT_TRUE(former);
  start.settings.listen_port = *former;
  for (int round = 0; round < 2; ++round) {
    const auto started = run(start_instance(*supervisor, start));
    ASSERT_TRUE(started) << started.error().message;
    EXPECT_EQ(started->port, *former);
    const auto ending = run(supervisor->stop(start.name, seconds(10)));
    ASSERT_TRUE(ending);
    EXPECT_EQ(ending->text(), "ended with exit code 0");
  }
}

TEST_F(InstanceStartTest, WhenSomebodyTakesThePortFirstAnotherIsTried) {
  auto start = example();
  FileDescriptor thief;
  std::uint16_t stolen = 0;
  start.before_program = [&](pid_t) {
    if (thief) return;
    const auto file = read_file(directory.path / "c.t-1/instance.toml", 10'000);
    stolen = static_cast<std::uint16_t>(std::stoi(file->substr(file->find("port = ") + 7)));
    thief = FileDescriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(stolen);
    EXPECT_EQ(::bind(thief.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(thief.get(), 1), 0);
  };
  const auto started = run(start_instance(*supervisor, start));
  ASSERT_TRUE(started) << started.error().message;
  EXPECT_NE(stolen, 0);
  EXPECT_NE(started->port, stolen);
  EXPECT_FALSE(greeting(started->port).empty());
  EXPECT_TRUE(ended.empty()) << "of what start_instance handled, nobody else is told";
}

TEST_F(InstanceStartTest, WhyItDidNotStartIsTold) {
  auto start = example();
  start.settings.source_kind = "oracle";
  const auto started = run(start_instance(*supervisor, start));
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().message.find("exit code 1"), std::string::npos);
  EXPECT_NE(started.error().message.find("source.kind has to be"), std::string::npos) << started.error().message;
  EXPECT_TRUE(ended.empty());
}

TEST_F(InstanceStartTest, WithoutAFreePortNothingIsStarted) {
  auto start = example();
  start.ports = {21000, 21001};
  start.taken = {21000, 21001};
  const auto started = run(start_instance(*supervisor, start));
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().kind, ErrorKind::limit);
}

}  // namespace
}  // namespace sluice::supervise
