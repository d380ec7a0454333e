#include "binlog/event_header.h"

#include <gtest/gtest.h>

#include "base/hex.h"

namespace sluice::binlog {
namespace {

/// XID event of the fixture percona-mysql-8.0.45-gtid-000001.bin's kind, with CRC32.
Bytes xid_event() {
  return make_event({.timestamp = 5, .type = EventType::xid, .server_id = 97, .log_pos = 200}, Bytes(8, 1),
                    Checksum::crc32);
}

Bytes format_description_in_use() {
  EventHeader header{.type = EventType::format_description, .server_id = 1, .log_pos = 60};
  Bytes event = make_event(header, Bytes(30, 7), Checksum::crc32);
  event[EventHeader::flags_offset] |= flag_in_use;
  return event;
}

TEST(EventHeader, ReadsWhatMySqlWrote) {
  const Bytes event = *from_hex("9211036b2a610000005200000018010000a000");
  const auto header = decode_event_header(event);
  ASSERT_TRUE(header.has_value());
  EXPECT_EQ(header->timestamp, 0x6B031192U);
  EXPECT_EQ(header->type, EventType::gtid_tagged);
  EXPECT_EQ(header->server_id, 97U);
  EXPECT_EQ(header->event_size, 82U);
  EXPECT_EQ(header->log_pos, 280U);
  EXPECT_EQ(header->flags, flag_artificial | flag_ignorable);
}

TEST(EventHeader, RoundTrips) {
  const Bytes event = *from_hex("9211036b2a610000005200000018010000a000");
  Bytes again(EventHeader::size);
  encode_event_header(*decode_event_header(event), again.data());
  EXPECT_EQ(again, event);
}

TEST(EventHeader, CutShortIsRefused) {
  EXPECT_FALSE(decode_event_header(Bytes(18, 1)).has_value());
  EXPECT_FALSE(decode_event_header({}).has_value());
}

TEST(EventHeader, SizeBelowTheHeaderIsRefused) {
  Bytes event = xid_event();
  event[EventHeader::event_size_offset] = 18;
  EXPECT_FALSE(decode_event_header(event).has_value());
}

TEST(MakeEvent, SizeCountsHeaderBodyAndChecksum) {
  EXPECT_EQ(decode_event_header(xid_event())->event_size, 19U + 8U + 4U);
  EXPECT_EQ(make_event({}, Bytes(8), Checksum::none).size(), 27U);
}

TEST(EventChecksum, MatchesWhatMySqlWrote) {
  EXPECT_TRUE(
      checksum_matches(*from_hex("9311036b04610000002c0000003212000000000400000000000000"
                                 "62696e6c6f672e303030303034e420fbd2")));
}

TEST(EventChecksum, AnyChangedBitIsNoticed) {
  for (std::size_t byte = 0; byte < xid_event().size(); ++byte) {
    Bytes event = xid_event();
    event[byte] ^= 0x10;
    EXPECT_FALSE(checksum_matches(event)) << byte;
  }
}

TEST(EventChecksum, InUseFlagOfFormatDescriptionDoesNotCount) {
  EXPECT_TRUE(checksum_matches(format_description_in_use()));
}

TEST(EventChecksum, WrittenOverAnOpenFormatDescriptionItMatchesClosedToo) {
  Bytes event = format_description_in_use();
  write_checksum(event);
  event[EventHeader::flags_offset] &= static_cast<std::uint8_t>(~flag_in_use);
  EXPECT_TRUE(checksum_matches(event));
}

TEST(EventChecksum, InUseFlagOfAnotherTypeCounts) {
  Bytes event = xid_event();
  event[EventHeader::flags_offset] |= flag_in_use;
  EXPECT_FALSE(checksum_matches(event));
}

TEST(EventChecksum, FewerBytesThanAChecksumDoNotMatch) {
  EXPECT_FALSE(checksum_matches(Bytes(3, 0)));
}

}  // namespace
}  // namespace sluice::binlog
