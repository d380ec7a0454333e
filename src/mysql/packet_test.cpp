#include "mysql/packet.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace sluice::mysql {
namespace {

Bytes pattern(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<std::uint8_t>(i * 31 + (i >> 16U));
  }
  return bytes;
}

/// Feeds `framed` in pieces of at most `piece` bytes and gives back the payloads.
std::vector<Bytes> unframe(PacketBuffer& buffer, ByteView framed, std::size_t piece,
                           std::size_t size_max = payload_size_max) {
  std::vector<Bytes> payloads;
  while (!framed.empty()) {
    const auto room = buffer.room();
    const ByteView part = framed.first(std::min({piece, room.size(), framed.size()}));
    std::ranges::copy(part, room.begin());
    buffer.received(part.size());
    framed = framed.subspan(part.size());
    for (;;) {
      const bool promised = buffer.has_payload();
      const auto payload = buffer.next(size_max);
      EXPECT_TRUE(payload.has_value());
      EXPECT_EQ(promised, payload && *payload);
      if (!payload || !*payload) {
        break;
      }
      payloads.emplace_back((*payload)->begin(), (*payload)->end());
    }
  }
  return payloads;
}

void expect_round_trip(std::size_t size) {
  const Bytes payload = pattern(size);
  Bytes framed;
  EXPECT_EQ(append_packets(framed, 250, payload), static_cast<std::uint8_t>(250 + packet_count(size)));
  EXPECT_EQ(framed.size(), framed_size(size));
  PacketBuffer buffer(std::size_t{1} << 20U);
  buffer.set_next_sequence(250);
  const std::vector<Bytes> payloads = unframe(buffer, framed, 100'000);
  ASSERT_EQ(payloads.size(), 1U);
  EXPECT_TRUE(payloads[0] == payload);
  EXPECT_TRUE(buffer.empty());
}

Bytes three_small() {
  Bytes framed;
  append_packets(framed, 0, pattern(5));
  append_packets(framed, 1, {});
  append_packets(framed, 2, pattern(40));
  return framed;
}

void put(PacketBuffer& buffer, ByteView bytes) {
  std::ranges::copy(bytes, buffer.room().begin());
  buffer.received(bytes.size());
}

}  // namespace

TEST(Packet, NothingIsOneEmptyPacket) {
  Bytes framed;
  EXPECT_EQ(append_packets(framed, 255, {}), 0);
  EXPECT_EQ(framed, (Bytes{0, 0, 0, 255}));
}

TEST(Packet, OneLessThanFullIsOnePacket) {
  EXPECT_EQ(packet_count(packet_body_max - 1), 1U);
  expect_round_trip(packet_body_max - 1);
}

TEST(Packet, ExactlyFullEndsWithAnEmptyPacket) {
  EXPECT_EQ(packet_count(packet_body_max), 2U);
  expect_round_trip(packet_body_max);
}

TEST(Packet, OneMoreThanFullIsTwoPackets) {
  EXPECT_EQ(packet_count(packet_body_max + 1), 2U);
  expect_round_trip(packet_body_max + 1);
}

TEST(Packet, TwiceFullEndsWithAnEmptyPacket) {
  EXPECT_EQ(packet_count(2 * packet_body_max), 3U);
  expect_round_trip(2 * packet_body_max);
}

TEST(Packet, AFullPacketHasItsSizeAndNumberInItsHeader) {
  EXPECT_EQ(packet_header(packet_body_max, 7), (std::array<std::uint8_t, 4>{0xFF, 0xFF, 0xFF, 7}));
}

TEST(PacketBuffer, ComesOutTheSameHoweverTheBytesArrive) {
  const Bytes framed = three_small();
  for (std::size_t piece = 1; piece <= framed.size(); ++piece) {
    PacketBuffer buffer(16);
    EXPECT_EQ(unframe(buffer, framed, piece), (std::vector<Bytes>{pattern(5), {}, pattern(40)})) << piece;
    EXPECT_EQ(buffer.next_sequence(), 3);
  }
}

TEST(PacketBuffer, SequenceNumbersWrap) {
  Bytes framed;
  std::uint8_t sequence = 0;
  for (int i = 0; i < 600; ++i) {
    sequence = append_packets(framed, sequence, pattern(3));
  }
  PacketBuffer buffer(64);
  EXPECT_EQ(unframe(buffer, framed, 64).size(), 600U);
}

TEST(PacketBuffer, APacketOutOfOrderIsAnError) {
  PacketBuffer buffer(64);
  put(buffer, Bytes{1, 0, 0, 1, 'x'});
  EXPECT_TRUE(buffer.has_payload());
  EXPECT_EQ(buffer.next(100).error().kind, ErrorKind::invalid);
}

TEST(PacketBuffer, AnErrorNumberedZeroIsNeverOutOfOrder) {
  PacketBuffer buffer(64);
  buffer.set_next_sequence(1);
  put(buffer, Bytes{2, 0, 0, 0});
  EXPECT_FALSE(buffer.has_payload());
  EXPECT_FALSE(*buffer.next(100));
  put(buffer, Bytes{0xFF, 'x'});
  EXPECT_TRUE(buffer.has_payload());
  EXPECT_EQ((*buffer.next(100))->size(), 2U);
}

TEST(PacketBuffer, APayloadAtTheLimitPassesAndOneAboveDoesNot) {
  for (const bool above : {false, true}) {
    PacketBuffer buffer(64);
    put(buffer, Bytes{8, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8});
    const auto payload = buffer.next(above ? 7 : 8);
    EXPECT_EQ(payload.has_value(), !above);
    EXPECT_TRUE(payload || payload.error().kind == ErrorKind::limit);
  }
}

TEST(PacketBuffer, TheLimitCountsAllPacketsOfAPayload) {
  Bytes framed;
  append_packets(framed, 0, pattern(packet_body_max + 2));
  PacketBuffer buffer(framed.size());
  put(buffer, framed);
  EXPECT_EQ(buffer.next(packet_body_max + 1).error().kind, ErrorKind::limit);
}

TEST(PacketBuffer, AnAnnouncedSizeTakesNoMoreThanOnePacket) {
  PacketBuffer buffer(64);
  put(buffer, Bytes{0xFF, 0xFF, 0xFF, 0});
  EXPECT_FALSE(*buffer.next(payload_size_max));
  EXPECT_EQ(buffer.room().size(), packet_body_max);
}

TEST(PacketBuffer, TheFrontOfALargePayloadIsNotYetOne) {
  Bytes framed;
  append_packets(framed, 0, pattern(packet_body_max));
  PacketBuffer buffer(framed.size() + 1);
  put(buffer, ByteView(framed).first(framed.size() - 1));
  EXPECT_FALSE(buffer.has_payload());
  EXPECT_FALSE(*buffer.next(payload_size_max));
  EXPECT_FALSE(buffer.empty());
  put(buffer, ByteView(framed).last(1));
  EXPECT_TRUE(buffer.has_payload());
  EXPECT_EQ((*buffer.next(payload_size_max))->size(), packet_body_max);
  EXPECT_TRUE(buffer.empty());
}

TEST(PacketBuffer, RoomIsMadeAlsoWhenNothingWasTaken) {
  PacketBuffer buffer(16);
  const Bytes framed = three_small();
  for (const std::uint8_t byte : framed) {
    put(buffer, {&byte, 1});
  }
  EXPECT_EQ((*buffer.next(100))->size(), 5U);
  EXPECT_EQ((*buffer.next(100))->size(), 0U);
  EXPECT_EQ((*buffer.next(100))->size(), 40U);
}

}  // namespace sluice::mysql
