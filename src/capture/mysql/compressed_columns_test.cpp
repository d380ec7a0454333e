#include "capture/mysql/compressed_columns.h"

#include <gtest/gtest.h>

#include "base/byte_writer.h"
#include "base/hex.h"
#include "binlog/rows_event.h"

namespace sluice::capture {
namespace {

using binlog::EventType;

/// As MariaDB 10.11 wrote it for (id int, e tinyblob compressed, b blob compressed, v varbinary(255) compressed,
/// m varchar(6000) compressed, n mediumblob compressed).
const Bytes map_as_sent = *from_hex(
    "120000000000010001640001740006038c8c8d8d8c07010200017117033e01010002033f0308040d026964016501620176016d016e080100");
/// UPDATE t SET e = 'nn' of two rows: e 20 'q' and 255 'a', b 'x' and 65535 'b', v 200 'w' and NULL.
const Bytes update_as_sent = *from_hex(
    "1200000000000100063f3ff0080000000d8114789c2b2cc404005cc608d5020000780e0081c8789c2b2f1f1e000082405cf9f00800000003"
    "006e6e020000780e0081c8789c2b2f1f1e000082405cf9f8090000000889ff4b4c1cd1000052008affffedc181000000008020d7fd2116a9"
    "0a00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "00000000000000001af80900000003006e6e52008affffedc181000000008020d7fd2116a90a000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001a");

struct Row {
  std::uint32_t id;
  std::string e, b;
  std::optional<std::string> v;
};

Bytes plain_images(std::initializer_list<Row> rows) {
  ByteWriter writer;
  for (const Row& row : rows) {
    writer.u8(row.v ? 0xF0 : 0xF8).u32(row.id);
    writer.u8(row.e.size()).text(row.e);
    writer.u16(row.b.size()).text(row.b);
    if (row.v) writer.u8(row.v->size()).text(*row.v);
  }
  return std::move(writer).take();
}

CompressedColumns mapped(std::uint64_t size_max = CompressedColumns::event_size_max) {
  CompressedColumns columns(size_max);
  Bytes map = map_as_sent;
  EXPECT_TRUE(columns.map(map));
  return columns;
}

}  // namespace

TEST(CompressedColumns, TheMapHasPlainTypes) {
  CompressedColumns columns;
  Bytes map = map_as_sent;
  ASSERT_TRUE(columns.map(map));
  const auto event = binlog::decode_table_map_event(map).value();
  EXPECT_EQ(to_hex(event.column_types), "03fcfc0f0ffc");
  EXPECT_EQ(to_hex(event.metadata), "0102ff00701703") << "VARCHAR's is the longest value";
  EXPECT_EQ(map.size(), map_as_sent.size());
}

TEST(CompressedColumns, BothImagesOfAnUpdateArePlain) {
  CompressedColumns columns = mapped();
  const auto plain = columns.plain_rows(EventType::update_rows_v1, update_as_sent);
  ASSERT_TRUE(plain) << plain.error().message;
  ASSERT_TRUE(*plain);
  const auto rows = binlog::decode_rows_event(EventType::update_rows_v1, **plain).value();
  const std::string w(200, 'w'), b(65535, 'b');
  EXPECT_EQ(to_hex(rows.rows), to_hex(plain_images({{8, std::string(20, 'q'), "x", w},
                                                    {8, "nn", "x", w},
                                                    {9, std::string(255, 'a'), b, std::nullopt},
                                                    {9, "nn", b, std::nullopt}})));
}

TEST(CompressedColumns, TablesAreForgottenWhenTheirStatementEnds) {
  CompressedColumns columns = mapped();
  ASSERT_TRUE(columns.plain_rows(EventType::update_rows_v1, update_as_sent).value());
  EXPECT_FALSE(columns.plain_rows(EventType::update_rows_v1, update_as_sent).value());
}

TEST(CompressedColumns, ATableMappedAnewIsTheNewOne) {
  CompressedColumns columns = mapped();
  Bytes other = *from_hex("12000000000001000164000174000603fcfc0f0ffc07010200017117033e");
  ASSERT_TRUE(columns.map(other));
  EXPECT_FALSE(columns.plain_rows(EventType::update_rows_v1, update_as_sent).value());
}

TEST(CompressedColumns, TablesWithoutThemStayAsTheyAre) {
  CompressedColumns columns;
  Bytes map = *from_hex("1200000000000100016400017400020390000003");
  EXPECT_TRUE(columns.map(map)) << "even with a type that is not known";
  EXPECT_EQ(to_hex(map), "1200000000000100016400017400020390000003");
  map = *from_hex("120000000000010001640001740002908c010203");
  EXPECT_EQ(columns.map(map).error().kind, ErrorKind::unsupported);
}

TEST(CompressedColumns, AnEventThatGetsTooLargeIsForAPerson) {
  CompressedColumns columns = mapped(100'000);
  const auto plain = columns.plain_rows(EventType::update_rows_v1, update_as_sent);
  ASSERT_FALSE(plain);
  EXPECT_EQ(plain.error().kind, ErrorKind::unsupported);
}

TEST(CompressedColumns, RowsThatAreCutOrOfOtherColumnsAreCorrupt) {
  std::string passed;
  for (std::size_t size = 11; size < update_as_sent.size(); ++size) {
    CompressedColumns columns = mapped();
    const auto plain = columns.plain_rows(EventType::update_rows_v1, ByteView(update_as_sent).first(size));
    if (plain) passed += std::to_string(size) + " ";
    EXPECT_TRUE(plain || plain.error().kind == ErrorKind::corrupt) << size;
  }
  EXPECT_EQ(passed, "11 79 ") << "only whole pairs of images pass";
  Bytes other = update_as_sent;
  other[8] = 5;
  EXPECT_EQ(mapped().plain_rows(EventType::update_rows_v1, other).error().kind, ErrorKind::corrupt);
}

}  // namespace sluice::capture
