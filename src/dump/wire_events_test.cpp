#include "dump/wire_events.h"

#include <gtest/gtest.h>

#include "base/hex.h"
#include "binlog/format_description.h"
#include "binlog/other_events.h"

namespace sluice::dump {
namespace {

using binlog::EventHeader;
using binlog::EventType;

constexpr std::uint64_t beyond_4_gib = (1ULL << 32U) + 5;

ByteView body_of(const Bytes& event) {
  return ByteView(event).subspan(EventHeader::size);
}

TEST(WireEvents, HeartbeatV2SaysAnyPosition) {
  const Bytes event = heartbeat({1, beyond_4_gib}, 7, binlog::Checksum::none, true);
  const auto header = binlog::decode_event_header(event);
  EXPECT_EQ(header->type, EventType::heartbeat_v2);
  EXPECT_EQ(header->log_pos, 5U);
  EXPECT_EQ(to_hex(body_of(event)), "0110" + to_hex(as_bytes("mysql-bin.000001")) + "0209fe050000000100000000");
}

TEST(WireEvents, BehindFourGibibytesARotateStandsInForAHeartbeat) {
  const Bytes event = heartbeat({1, beyond_4_gib}, 7, binlog::Checksum::none, false);
  EXPECT_EQ(binlog::decode_event_header(event)->type, EventType::rotate);
  EXPECT_EQ(binlog::decode_rotate_event(body_of(event))->position, beyond_4_gib);
}

TEST(WireEvents, AHeartbeatSaysWhatItCan) {
  const Bytes event = heartbeat({1, UINT32_MAX}, 7, binlog::Checksum::none, false);
  const auto header = binlog::decode_event_header(event);
  EXPECT_EQ(header->type, EventType::heartbeat);
  EXPECT_EQ(header->log_pos, UINT32_MAX);
}

TEST(WireEvents, AFormatAnnouncesHeartbeatV2ByTheNumberOfItsTypes) {
  auto format = binlog::mysql57_format_description("5.7.44");
  const auto announced = [&] {
    return announced_format(binlog::make_event(EventHeader{.type = EventType::format_description},
                                               binlog::encode_format_description(format), binlog::Checksum::crc32));
  };
  EXPECT_FALSE(announced().heartbeat_v2);
  EXPECT_EQ(announced().checksum, binlog::Checksum::crc32);
  format.post_header_lengths.resize(40);
  EXPECT_FALSE(announced().heartbeat_v2);
  format.post_header_lengths.resize(41);
  EXPECT_TRUE(announced().heartbeat_v2);
}

}  // namespace
}  // namespace sluice::dump
