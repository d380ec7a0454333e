#include "relay/relay.h"

#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

namespace sluice::relay {
namespace {

using asio::ip::tcp;

/// A relay between two sockets of ours.
class RelayTest : public testing::Test {
 protected:
  RelayTest() : client(peers), instance(peers) {
    tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    client.connect(acceptor.local_endpoint());
    mysql::Channel near(acceptor.accept());
    instance.connect(acceptor.local_endpoint());
    mysql::Channel far(acceptor.accept());
    asio::co_spawn(context, relay(std::move(near), std::move(far), totals), asio::detached);
    thread = std::thread([this] { context.run(); });
  }
  ~RelayTest() override {
    boost::system::error_code ignored;
    client.close(ignored);
    instance.close(ignored);
    thread.join();
  }

  static Bytes pattern(std::size_t size) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) {
      bytes[i] = static_cast<std::uint8_t>(i * 7 + i / 253);
    }
    return bytes;
  }
  static Bytes read(tcp::socket& from, std::size_t size) {
    Bytes bytes(size);
    boost::system::error_code error;
    bytes.resize(asio::read(from, asio::buffer(bytes), error));
    return bytes;
  }

  asio::io_context context;
  asio::io_context peers;
  tcp::socket client;
  tcp::socket instance;
  std::shared_ptr<RelayTotals> totals = std::make_shared<RelayTotals>();
  std::thread thread;
};

TEST_F(RelayTest, PassesOnBothWaysAtOnce) {
  const Bytes sent = pattern(20U << 20U);
  Bytes at_instance;
  std::thread other([&] { at_instance = read(instance, sent.size()); });
  std::thread writer([&] { asio::write(instance, asio::buffer(sent)); });
  std::thread reader([&] { EXPECT_EQ(read(client, sent.size()), sent); });
  asio::write(client, asio::buffer(sent));
  other.join();
  writer.join();
  reader.join();
  EXPECT_EQ(at_instance, sent);
  EXPECT_EQ(totals->to_clients, sent.size());
  EXPECT_EQ(totals->to_instances, sent.size());
}

TEST_F(RelayTest, WhatWasSentBeforeTheEndArrives) {
  const Bytes sent = pattern(1U << 20U);
  asio::write(instance, asio::buffer(sent));
  instance.close();
  EXPECT_EQ(read(client, sent.size() + 1), sent) << "and then the end";
}

TEST_F(RelayTest, OneEndThatGoesTakesTheOtherAlong) {
  client.close();
  EXPECT_EQ(read(instance, 1), Bytes());
}

TEST_F(RelayTest, ASlowReaderHoldsUpTheWriter) {
  instance.non_blocking(true);
  const Bytes piece = pattern(1U << 20U);
  boost::system::error_code error;
  std::size_t taken = 0;
  for (int idle = 0; idle < 20 && taken < (256U << 20U);) {
    const std::size_t count = instance.write_some(asio::buffer(piece), error);
    taken += count;
    idle = count > 0 ? 0 : idle + 1;
    if (count == 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  EXPECT_LT(taken, 64U << 20U) << "the buffers of four sockets hold a few MiB";
}

}  // namespace
}  // namespace sluice::relay
