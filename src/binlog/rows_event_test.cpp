#include "binlog/rows_event.h"

#include <gtest/gtest.h>

#include "base/byte_writer.h"
#include "base/hex.h"

namespace sluice::binlog {
namespace {

/// Bodies as MySQL 9.7.4 wrote them: an update and a partial update of a table of three columns.
const Bytes update = *from_hex("6a00000000001100020003ffff0402000000010079040200000001007a");
const Bytes partial = *from_hex(
    "6a00000000001100020003ffff00010000000100780d0000000001000c000b000100050100610000010000000100780d0000000001000c00"
    "0b00010005020061");

ByteWriter version_2(std::string_view extra) {
  ByteWriter writer;
  writer.u48(1).u16(1).u16(2 + extra.size()).text(extra).u8(1).u8(0xFF).u8(0xFF);
  return writer;
}

bool takes_extra(EventType type, std::string_view extra) {
  return decode_rows_event(type, version_2(extra).view()).has_value();
}

TEST(RowsEvent, ReadsAnUpdatesFrame) {
  const RowsEvent event = decode_rows_event(EventType::update_rows, update).value();
  EXPECT_EQ(event.table_id, 106U);
  EXPECT_EQ(event.flags, 0x11U);
  EXPECT_TRUE(event.extra_data.empty());
  EXPECT_EQ(event.column_count, 3U);
  EXPECT_EQ(to_hex(event.columns_present), "ff");
  EXPECT_EQ(to_hex(event.columns_present_after), "ff");
  EXPECT_EQ(to_hex(event.rows), "0402000000010079040200000001007a");
}

TEST(RowsEvent, PartialUpdatesHaveTheSameFrame) {
  const RowsEvent event = decode_rows_event(EventType::partial_update_rows, partial).value();
  EXPECT_EQ(event.columns_present_after.size(), 1U);
  EXPECT_EQ(event.rows.size(), partial.size() - 13);
}

TEST(RowsEvent, Version1HasNoExtraDataAndInsertsOneBitmap) {
  ByteWriter writer;
  writer.u48(7).u16(0).u8(9).u16(0x01FF).text("rows");
  const RowsEvent event = decode_rows_event(EventType::write_rows_v1, writer.view()).value();
  EXPECT_EQ(event.columns_present.size(), 2U);
  EXPECT_TRUE(event.columns_present_after.empty());
  EXPECT_EQ(as_text(event.rows), "rows");
}

TEST(RowsEvent, KnownExtraDataIsTaken) {
  using namespace std::string_view_literals;
  EXPECT_TRUE(takes_extra(EventType::write_rows, "\0\x04\x01\x02"sv));
  EXPECT_TRUE(takes_extra(EventType::write_rows, "\x01\x05\0"sv));
  EXPECT_TRUE(takes_extra(EventType::update_rows, "\x01\x05\0\x06\0"sv));
  EXPECT_TRUE(takes_extra(EventType::write_rows, "\x77 anything"sv));
}

TEST(RowsEvent, MalformedExtraDataIsRefused) {
  using namespace std::string_view_literals;
  EXPECT_FALSE(takes_extra(EventType::write_rows, "\0"sv));
  EXPECT_FALSE(takes_extra(EventType::write_rows, "\0\x01"sv));
  EXPECT_FALSE(takes_extra(EventType::write_rows, "\0\x05\x01\x02"sv));
  EXPECT_FALSE(takes_extra(EventType::write_rows, "\x01\x05"sv));
  EXPECT_FALSE(takes_extra(EventType::update_rows, "\x01\x05\0"sv));
}

TEST(RowsEvent, ExtraDataBeyondTheBodyIsRefused) {
  ByteWriter writer;
  EXPECT_FALSE(decode_rows_event(EventType::write_rows, writer.u48(1).u16(1).u16(9).view()));
  ByteWriter without;
  EXPECT_FALSE(decode_rows_event(EventType::write_rows, without.u48(1).u16(1).u16(1).u8(1).u8(1).view()));
}

TEST(RowsEvent, BitmapsBeyondTheBodyAreRefused) {
  ByteWriter writer;
  writer.u48(7).u16(0).u8(0xFE).u64(~0ULL).u16(0);
  EXPECT_FALSE(decode_rows_event(EventType::write_rows_v1, writer.view()));
  EXPECT_FALSE(decode_rows_event(EventType::update_rows, ByteView(update).first(12)));
}

TEST(RowsEvent, OldVersion0IsNamedUnsupported) {
  EXPECT_EQ(decode_rows_event(EventType::write_rows_v0, update).error().kind, ErrorKind::unsupported);
}

}  // namespace
}  // namespace sluice::binlog
