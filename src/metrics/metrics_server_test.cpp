#include "metrics/metrics_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "metrics/families.h"

namespace sluice::metrics {
namespace {

int connect_to(std::uint16_t port) {
  const int peer = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(peer, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  return peer;
}

std::string get(std::uint16_t port, const std::string& path) {
  const int peer = connect_to(port);
  const std::string request = "GET " + path + " HTTP/1.0\r\n\r\n";
  EXPECT_EQ(::send(peer, request.data(), request.size(), 0), static_cast<ssize_t>(request.size()));
  std::string answer;
  char piece[4096];
  for (ssize_t size = 0; (size = ::recv(peer, piece, sizeof piece, 0)) > 0;)
    answer.append(piece, static_cast<std::size_t>(size));
  ::close(peer);
  return answer;
}

TEST(MetricsServer, GivesWhatIsCollected) {
  DurationHistogram delays;
  delays.observe(std::chrono::milliseconds(20));
  int scrapes = 0;
  const auto server = MetricsServer::start("127.0.0.1", 0, [&] {
    Families families(Labels{{"tenant", "a.b"}});
    families.counter("scrapes", "Scrapes so far.", ++scrapes);
    families.gauges("size", "Bytes.", {{{{"kind", "x\"y"}}, 1.5}});
    families.histogram("delay_seconds", "Seconds.", delays.snapshot());
    return families.take();
  });
  ASSERT_TRUE(server) << server.error().message;
  const std::string text = get((*server)->port(), "/metrics");
  for (const char* line :
       {"# HELP scrapes Scrapes so far.\n", "# TYPE scrapes counter\n", "scrapes{tenant=\"a.b\"} 1\n",
        "size{tenant=\"a.b\",kind=\"x\\\"y\"} 1.5\n", "# TYPE delay_seconds histogram\n",
        "delay_seconds_bucket{tenant=\"a.b\",le=\"0.01\"} 0\n", "delay_seconds_bucket{tenant=\"a.b\",le=\"+Inf\"} 1\n",
        "delay_seconds_count{tenant=\"a.b\"} 1\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << "is not in\n" << text;
  }
  EXPECT_NE(get((*server)->port(), "/metrics").find("scrapes{tenant=\"a.b\"} 2\n"), std::string::npos);
  EXPECT_NE(get((*server)->port(), "/other").find("404"), std::string::npos);
  EXPECT_EQ(get((*server)->port(), "/metrics" + std::string(9000, 'x')), "");
}

TEST(MetricsServer, ASilentClientKeepsNobodyWaiting) {
  const auto server = MetricsServer::start("127.0.0.1", 0, [] { return Families(Labels()).take(); });
  ASSERT_TRUE(server) << server.error().message;
  const int silent = connect_to((*server)->port());
  EXPECT_NE(get((*server)->port(), "/metrics").find("200 OK"), std::string::npos);
  ::close(silent);
}

TEST(MetricsServer, EndsAtOnceWhateverClientsDo) {
  auto server = MetricsServer::start("127.0.0.1", 0, [] { return Families(Labels()).take(); });
  ASSERT_TRUE(server) << server.error().message;
  const int silent = connect_to((*server)->port());
  const auto begin = std::chrono::steady_clock::now();
  server->reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
  ::close(silent);
}

TEST(MetricsServer, SaysWhereItCannotListen) {
  const auto first = MetricsServer::start("127.0.0.1", 0, [] { return Families(Labels()).take(); });
  ASSERT_TRUE(first) << first.error().message;
  const auto second = MetricsServer::start("127.0.0.1", (*first)->port(), [] { return Families(Labels()).take(); });
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find(std::to_string((*first)->port())), std::string::npos);
}

}  // namespace
}  // namespace sluice::metrics
