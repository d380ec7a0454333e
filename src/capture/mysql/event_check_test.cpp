#include "capture/mysql/event_check.h"

#include <gtest/gtest.h>

#include "binlog/other_events.h"

namespace sluice::capture {
namespace {

using binlog::Checksum;
using binlog::EventHeader;
using binlog::EventType;

Bytes event_of(EventType type, ByteView body, Checksum checksum) {
  const EventHeader header{.timestamp = 9, .type = type, .server_id = 3, .event_size = 0, .log_pos = 0, .flags = 0};
  return binlog::make_event(header, body, checksum);
}

Bytes rotate(Checksum checksum) {
  return event_of(EventType::rotate, binlog::encode_rotate_event(4, "bin.000001"), checksum);
}

/// Its own checksum is always there: the server knows them.
Bytes format(Checksum checksum) {
  auto description = binlog::mysql57_format_description("5.7.44-log");
  description.checksum = checksum;
  return event_of(EventType::format_description, binlog::encode_format_description(description), Checksum::crc32);
}

const Bytes xid(8, 1);

ErrorKind kind_of(const Result<CheckedEvent>& checked) {
  EXPECT_FALSE(checked);
  return checked ? ErrorKind::invalid : checked.error().kind;
}

}  // namespace

TEST(EventCheck, ABodyEndsBeforeItsChecksum) {
  EventCheck check(true);
  EXPECT_EQ(check.check(rotate(Checksum::crc32))->body.size(), 18U);
  EXPECT_TRUE(check.check(format(Checksum::crc32))->format);
  EXPECT_EQ(check.check(event_of(EventType::xid, xid, Checksum::crc32))->body.size(), 8U);
}

TEST(EventCheck, EveryByteOfEveryEventIsCovered) {
  for (const Bytes& event :
       {rotate(Checksum::crc32), format(Checksum::crc32), event_of(EventType::xid, xid, Checksum::crc32)}) {
    for (std::size_t at = 0; at < event.size(); ++at) {
      if (event[4] == static_cast<int>(EventType::format_description) && at == EventHeader::flags_offset) continue;
      for (const unsigned flip : {0x01U, 0x80U, 0xFFU}) {
        EventCheck check(true);
        if (event[4] == static_cast<int>(EventType::xid)) (void)check.check(format(Checksum::crc32));
        Bytes damaged = event;
        damaged[at] = static_cast<std::uint8_t>(damaged[at] ^ flip);
        auto checked = check.check(damaged);
        // A format that lost its mark that there are checksums is found out by what follows.
        if (checked) checked = check.check(event_of(EventType::xid, xid, Checksum::crc32));
        EXPECT_EQ(kind_of(checked), ErrorKind::corrupt) << int{event[4]} << " at " << at;
      }
    }
  }
}

TEST(EventCheck, ASourceThatWritesNoneNeedsNone) {
  EventCheck check(false);
  EXPECT_EQ(check.check(rotate(Checksum::none))->body.size(), 18U);
  Bytes changed = format(Checksum::none);
  changed[21] ^= 1U;  // such sources change its fields and leave its checksum
  EXPECT_TRUE(check.check(changed));
  EXPECT_EQ(check.check(event_of(EventType::xid, xid, Checksum::none))->body.size(), 8U);
  EXPECT_EQ(check.check(event_of(EventType::xid, xid, Checksum::crc32))->body.size(), 12U)
      << "what looks like a checksum later on is chance";
}

TEST(EventCheck, AnEventTooShortForAChecksumHasNone) {
  EventCheck check(true);
  ASSERT_TRUE(check.check(format(Checksum::crc32)));
  EXPECT_EQ(kind_of(check.check(event_of(EventType::stop, {}, Checksum::none))), ErrorKind::corrupt);
  EXPECT_EQ(kind_of(check.check({})), ErrorKind::corrupt);
}

}  // namespace sluice::capture
