#include "binlog/table_map_event.h"

#include <gtest/gtest.h>

#include "base/hex.h"

namespace sluice::binlog {
namespace {

/// As MySQL 9.7.4 wrote it for d.t (int, varchar(100), json).
const Bytes body = *from_hex("6a0000000000010001640001740003030ff503900104060101000203fcff00");

TEST(TableMapEvent, ReadsNamesTypesAndMetadata) {
  const TableMapEvent event = decode_table_map_event(body).value();
  EXPECT_EQ(event.table_id, 106U);
  EXPECT_EQ(table_id_of(body), 106U);
  EXPECT_EQ(event.flags, 1U);
  EXPECT_EQ(event.database, "d");
  EXPECT_EQ(event.table, "t");
  EXPECT_EQ(to_hex(event.column_types), "030ff5");
  EXPECT_EQ(to_hex(event.metadata), "900104");
  EXPECT_EQ(to_hex(event.null_bits), "06");
  EXPECT_EQ(to_hex(event.optional_metadata), "0101000203fcff00");
}

TEST(TableMapEvent, BeforeMySql8ThereIsNoOptionalMetadata) {
  EXPECT_TRUE(decode_table_map_event(ByteView(body).first(body.size() - 8)).value().optional_metadata.empty());
}

TEST(TableMapEvent, EveryShorterBodyIsRefused) {
  for (std::size_t size = 0; size < body.size() - 8; ++size)
    EXPECT_FALSE(decode_table_map_event(ByteView(body).first(size))) << size;
}

TEST(TableMapEvent, NameWithoutItsZeroIsRefused) {
  Bytes other = body;
  other[10] = 'x';
  EXPECT_FALSE(decode_table_map_event(other));
}

TEST(TableMapEvent, ColumnCountBeyondTheBodyIsRefused) {
  Bytes other = body;
  other[14] = 0xFE;
  EXPECT_FALSE(decode_table_map_event(other));
}

TEST(TableIdOf, FewerThanSixBytesHaveNone) {
  EXPECT_EQ(table_id_of(Bytes(5, 1)), 0U);
}

}  // namespace
}  // namespace sluice::binlog
