#include "binlog/transaction_payload.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include "base/byte_writer.h"
#include "base/hex.h"
#include "binlog/event_header.h"

namespace sluice::binlog {
namespace {

constexpr std::uint32_t limit = 64U << 20U;

/// As MySQL 9.7.4 wrote it: BEGIN, ROWS_QUERY, TABLE_MAP, WRITE_ROWS, XID.
const Bytes body = *from_hex(
    "0201000303fcc5040101ef0028b52ffd60c5032d0700f2ca2830704bd318f0820400000000c1e3ab3a76a3b281b1e1265323dbcf577de41f"
    "d6b0f801c0c84b976d8cd4fa96152b9b4c01ff3fc3050217eb5196e9c2a2d23053fcae6579b3931d06671fd98c0869b8911e01992f2ee168"
    "f90582550cebaae87b19953e0850c333c14c0e36721777e903410a09916e857b0ed3556bab49f7725835bd8684844a273311014171583a1b"
    "386bd26209a170acb8e47180233ffc5143a593091b00801004b3178131985883491a4cd760620d2669305d8389354ca2c93061869b141004"
    "ccaa6a6116e1400ad855275880648f60356791c51e680fe03c002f");

Bytes fields(std::uint64_t compression, ByteView payload) {
  ByteWriter writer;
  writer.u8(2).length_encoded(compression < 251 ? 1 : 3).length_encoded(compression);
  writer.u8(1).length_encoded(9).u8(0xFE).u64(payload.size()).u8(0).bytes(payload);
  return std::move(writer).take();
}

Bytes compressed(ByteView plain) {
  Bytes payload(ZSTD_compressBound(plain.size()));
  payload.resize(ZSTD_compress(payload.data(), payload.size(), plain.data(), plain.size(), 3));
  return fields(0, payload);
}

Bytes event_of(std::size_t body_size) {
  return make_event({.type = EventType::write_rows}, Bytes(body_size, 0x5A), Checksum::none);
}

/// The events' sizes, or the error.
Result<std::vector<std::size_t>> sizes_in(ByteView of, std::uint32_t event_size_max = limit) {
  std::vector<std::size_t> sizes;
  const auto payload = decode_transaction_payload(of);
  if (!payload) return std::unexpected(payload.error());
  const auto done = for_each_payload_event(*payload, event_size_max, [&](ByteView event) -> Result<void> {
    EXPECT_EQ(decode_event_header(event).value().event_size, event.size());
    sizes.push_back(event.size());
    return {};
  });
  if (!done) return std::unexpected(done.error());
  return sizes;
}

TEST(TransactionPayload, Of97GivesItsEvents) {
  EXPECT_EQ(decode_transaction_payload(body).value().uncompressed_size, 1221U);
  EXPECT_EQ(sizes_in(body).value(), (std::vector<std::size_t>{68, 75, 50, 1001, 27}));
}

TEST(TransactionPayload, UncompressedOneGivesItsEvents) {
  Bytes events = event_of(0);
  const Bytes second = event_of(100);
  events.insert(events.end(), second.begin(), second.end());
  EXPECT_EQ(sizes_in(fields(255, events)).value(), (std::vector<std::size_t>{19, 119}));
}

TEST(TransactionPayload, EventsLargerThanTheBufferAreJoined) {
  Bytes events;
  for (const std::size_t size : {131'050U, 3U, 500'000U, 0U, 131'072U, 1'000'000U}) {
    const Bytes event = event_of(size);
    events.insert(events.end(), event.begin(), event.end());
  }
  EXPECT_EQ(sizes_in(compressed(events)).value(),
            (std::vector<std::size_t>{131'069, 22, 500'019, 19, 131'091, 1'000'019}));
}

TEST(TransactionPayload, SeveralFramesAreOneStream) {
  const Bytes event = event_of(1000);
  const Bytes first = compressed(ByteView(event).first(500));
  const Bytes second = compressed(ByteView(event).subspan(500));
  const ByteView head = decode_transaction_payload(first).value().payload;
  const ByteView tail = decode_transaction_payload(second).value().payload;
  Bytes both(head.begin(), head.end());
  both.insert(both.end(), tail.begin(), tail.end());
  EXPECT_EQ(sizes_in(fields(0, both)).value(), (std::vector<std::size_t>{1019}));
}

TEST(TransactionPayload, EventAboveTheLimitIsRefusedBeforeItIsHeld) {
  const Bytes huge = event_of(1'000'000);
  EXPECT_EQ(sizes_in(compressed(huge), 999'999).error().kind, ErrorKind::limit);
}

TEST(TransactionPayload, EveryCutFrameIsRefused) {
  const TransactionPayload payload = decode_transaction_payload(body).value();
  for (std::size_t size = 0; size < payload.payload.size(); ++size)
    EXPECT_FALSE(sizes_in(fields(0, payload.payload.first(size)))) << size;
}

TEST(TransactionPayload, BytesBehindTheLastEventAreRefused) {
  Bytes events = event_of(10);
  events.push_back(0);
  EXPECT_FALSE(sizes_in(fields(255, events)));
  EXPECT_FALSE(sizes_in(compressed(events)));
}

TEST(TransactionPayload, EventShorterThanItsHeaderIsRefused) {
  Bytes events = event_of(10);
  events[EventHeader::event_size_offset] = 5;
  EXPECT_FALSE(sizes_in(compressed(events)));
}

TEST(TransactionPayload, ErrorOfTheReceiverEndsIt) {
  const TransactionPayload payload = decode_transaction_payload(body).value();
  int calls = 0;
  const auto done = for_each_payload_event(payload, limit, [&](ByteView) -> Result<void> {
    ++calls;
    return fail(ErrorKind::closed, "enough");
  });
  EXPECT_EQ(done.error().message, "enough");
  EXPECT_EQ(calls, 1);
}

TEST(TransactionPayload, UnknownCompressionIsUnsupported) {
  EXPECT_EQ(decode_transaction_payload(fields(7, {})).error().kind, ErrorKind::unsupported);
}

TEST(TransactionPayload, UnknownFieldsAreSkipped) {
  Bytes with = fields(255, event_of(1));
  with.insert(with.begin(), {9, 2, 1, 1});
  EXPECT_EQ(sizes_in(with).value().size(), 1U);
}

TEST(TransactionPayload, SizeThatIsNotThePayloadsIsRefused) {
  Bytes other = body;
  other.push_back(0);
  EXPECT_FALSE(decode_transaction_payload(other));
  EXPECT_FALSE(decode_transaction_payload(ByteView(body).first(body.size() - 1)));
}

TEST(TransactionPayload, FieldsWithoutEndMarkAreRefused) {
  EXPECT_FALSE(decode_transaction_payload(Bytes{2, 1, 0}));
  EXPECT_FALSE(decode_transaction_payload({}));
  EXPECT_FALSE(decode_transaction_payload(Bytes{2, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0}));
}

}  // namespace
}  // namespace sluice::binlog
