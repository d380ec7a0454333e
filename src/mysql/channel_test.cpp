#include "mysql/channel.h"

#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include "mysql/packet.h"

namespace sluice::mysql {
namespace {

using asio::ip::tcp;
using std::chrono::milliseconds;

/// A channel and a plain socket at its other end.
class ChannelTest : public testing::Test {
 protected:
  ChannelTest() : peer(peer_context) {
    tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    peer.connect(acceptor.local_endpoint());
    channel = std::make_unique<Channel>(acceptor.accept());
  }

  /// Runs a coroutine to its end in this thread.
  template <typename T>
  T run(asio::awaitable<T> work) {
    std::optional<T> result;
    asio::co_spawn(context, std::move(work), [&](const std::exception_ptr&, T value) { result = std::move(value); });
    context.restart();
    context.run();
    return std::move(*result);
  }

  void send(const Bytes& bytes) { asio::write(peer, asio::buffer(bytes)); }

  asio::io_context context;
  asio::io_context peer_context;
  tcp::socket peer;
  std::unique_ptr<Channel> channel;
};

TEST_F(ChannelTest, ReadsPayloadsAndCountsOn) {
  send({3, 0, 0, 0, 'a', 'b', 'c', 1, 0, 0, 1, 'd', 0, 0, 0, 0});
  EXPECT_EQ(run(channel->read_payload(100, milliseconds(1000))), (Bytes{'a', 'b', 'c'}));
  EXPECT_EQ(channel->next_sequence(), 1);
  EXPECT_EQ(run(channel->read_payload(100, milliseconds(1000))), Bytes{'d'});
  EXPECT_EQ(channel->next_sequence(), 2);
  EXPECT_EQ(run(channel->read_payload(100, milliseconds(1000))), Bytes());
  EXPECT_EQ(channel->next_sequence(), 1);
}

TEST_F(ChannelTest, JoinsAndSplitsLargePayloads) {
  for (const std::size_t size : {packet_body_max - 1, packet_body_max, packet_body_max + 1}) {
    Bytes payload(size, 7);
    payload.back() = 9;
    Bytes framed;
    append_packets(framed, 0, payload);
    Bytes echoed(framed.size());
    std::thread other([&] {
      send(framed);
      asio::read(peer, asio::buffer(echoed));
    });
    const auto received = run(channel->read_payload(size, milliseconds(10'000)));
    ASSERT_TRUE(received);
    EXPECT_EQ(*received, payload);
    channel->set_next_sequence(0);
    EXPECT_TRUE(run(channel->write_payload(*received)));
    other.join();
    EXPECT_EQ(echoed, framed);
  }
}

TEST_F(ChannelTest, RefusesWhatIsTooLarge) {
  send({0, 0, 0x10, 0});
  const auto received = run(channel->read_payload(1000, milliseconds(1000)));
  ASSERT_FALSE(received);
  EXPECT_EQ(received.error().kind, ErrorKind::limit);
  EXPECT_EQ(channel->next_sequence(), 1) << "the answer to it counts on";
}

TEST_F(ChannelTest, RefusesPacketsOutOfOrder) {
  send({1, 0, 0, 5, 'a'});
  const auto received = run(channel->read_payload(1000, milliseconds(1000)));
  ASSERT_FALSE(received);
  EXPECT_EQ(received.error().kind, ErrorKind::invalid);
}

TEST_F(ChannelTest, TellsTheEndFromADeadline) {
  send({5, 0, 0, 0, 'a'});
  const auto late = run(channel->read_payload(1000, milliseconds(30)));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, ErrorKind::timeout);
  peer.close();
  const auto over = run(channel->read_payload(1000, milliseconds(1000)));
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().kind, ErrorKind::closed);
}

TEST_F(ChannelTest, WritesMeetTheirDeadline) {
  channel->set_write_deadline(milliseconds(50));
  const Bytes much(64U << 20U);
  const auto written = run(channel->write_framed(much));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::timeout);
}

TEST_F(ChannelTest, LargeWritesArriveWhole) {
  Bytes much(8U << 20U);
  for (std::size_t i = 0; i < much.size(); ++i) {
    much[i] = static_cast<std::uint8_t>(i * 31 + (i >> 10U));
  }
  Bytes received(much.size());
  std::thread other([&] { asio::read(peer, asio::buffer(received)); });
  EXPECT_TRUE(run(channel->write_framed(much)));
  other.join();
  EXPECT_EQ(received, much);
}

TEST_F(ChannelTest, SaysWhenThePeerSendsOrLeaves) {
  int calls = 0;
  channel->when_readable([&] { ++calls; });
  context.poll();
  EXPECT_EQ(calls, 0);
  EXPECT_FALSE(channel->peer_is_gone());
  send({2, 0, 0, 0, 3, 'x'});
  context.restart();
  context.run();
  EXPECT_EQ(calls, 1);
  EXPECT_FALSE(channel->peer_is_gone());
  EXPECT_TRUE(run(channel->read_payload(10, milliseconds(1000))));
  send({1, 0, 0, 0, 1});
  channel->when_readable([&] { ++calls; });
  context.restart();
  context.run();
  EXPECT_EQ(calls, 2);
  EXPECT_TRUE(channel->peer_is_gone());
  EXPECT_TRUE(run(channel->read_payload(10, milliseconds(1000))));
  channel->when_readable([&] { ++calls; });
  channel->cancel_waits();
  context.restart();
  context.run();
  EXPECT_EQ(calls, 3);
  EXPECT_FALSE(channel->peer_is_gone());
  peer.close();
  std::this_thread::sleep_for(milliseconds(20));
  EXPECT_TRUE(channel->peer_is_gone());
}

TEST_F(ChannelTest, NamesItsPeer) {
  EXPECT_EQ(channel->peer(), "127.0.0.1:" + std::to_string(peer.local_endpoint().port()));
  EXPECT_EQ(channel->peer_address(), "127.0.0.1");
}

}  // namespace
}  // namespace sluice::mysql
