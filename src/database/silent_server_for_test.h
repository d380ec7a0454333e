#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "base/file_descriptor.h"
#include "database/options.h"

namespace sluice::database {

/// For tests: a TCP server that accepts and never says a word. Whoever connects to it waits as long as he is patient.
class SilentServer {
 public:
  SilentServer() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (socket_.get() < 0) {
      ADD_FAILURE() << "no socket";
      return;
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(socket_.get(), 16), 0);
    EXPECT_EQ(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    options_.address = MySqlAddress{.host = "127.0.0.1", .port = ntohs(address.sin_port)};
    options_.connect_limit = std::chrono::seconds(1);
  }

  /// With a patience of a second.
  [[nodiscard]] const Options& options() const { return options_; }

 private:
  FileDescriptor socket_;
  Options options_;
};

}  // namespace sluice::database
