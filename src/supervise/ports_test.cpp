#include "supervise/ports.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "base/file_descriptor.h"

namespace sluice::supervise {
namespace {

const std::string here = "127.0.0.1";

/// Listens at a free port of loopback.
class Occupied {
 public:
  Occupied() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(socket_.get(), 1), 0);
    EXPECT_EQ(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    port = ntohs(address.sin_port);
  }
  std::uint16_t port = 0;

 private:
  FileDescriptor socket_;
};

TEST(Ports, WhatSomebodyListensAtIsNotFree) {
  std::uint16_t port = 0;
  {
    const Occupied occupied;
    port = occupied.port;
    EXPECT_FALSE(*port_is_free(here, port));
    EXPECT_FALSE(*port_is_free("0.0.0.0", port));
    EXPECT_FALSE(*port_is_free("::", port));
    const auto none = choose_port(here, {port, port}, {});
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().kind, ErrorKind::limit);
  }
  EXPECT_TRUE(*port_is_free(here, port));
  EXPECT_EQ(choose_port(here, {port, port}, {}), port);
}

TEST(Ports, WhatIsTakenIsNotChosen) {
  const auto first = choose_port(here, {20000, 20999}, {});
  ASSERT_TRUE(first);
  const auto second = choose_port(here, {20000, 20999}, {*first});
  ASSERT_TRUE(second);
  EXPECT_GT(*second, *first);
}

TEST(Ports, TheRangeMayEndWithTheLastPortAndBeginWithNone) {
  EXPECT_FALSE(choose_port(here, {UINT16_MAX, UINT16_MAX}, {UINT16_MAX}));
  EXPECT_FALSE(choose_port(here, {9, 8}, {}));
  EXPECT_NE(choose_port(here, {0, UINT16_MAX}, {}).value_or(0), 0);
}

TEST(Ports, AnAddressThatIsNotOursIsAnErrorAndNotAUsedPort) {
  EXPECT_FALSE(port_is_free("192.0.2.1", 20000));
  EXPECT_FALSE(choose_port("192.0.2.1", {}, {}));
  EXPECT_EQ(port_is_free("localhost", 20000).error().kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace sluice::supervise
