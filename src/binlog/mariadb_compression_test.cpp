#include <algorithm>

#include <gtest/gtest.h>

#include "base/hex.h"
#include "binlog/mariadb_events.h"
#include "binlog/query_event.h"
#include "binlog/rows_event.h"

namespace sluice::binlog {
namespace {

constexpr std::uint32_t limit = 1U << 20U;

/// Bodies as MariaDB 10.11.19 wrote them: CREATE TABLE, and an INSERT of two rows, one with 2000 characters.
const Bytes query = *from_hex(
    "05000000000000000100002300000000000101000020540000000006037374640421002100080081060000000000000064008161789c1d8b"
    "310e80200c00bfd20d4818489c7d4c81061ba59a0a467e2f71b9e12e9794b011348cc7a4456069702957d4013b0d0f111ed4b4a1da2584e0"
    "3c2420e9d59ad77833cc14f44f5d6e2e42d9cd5c5868659133c70f296e2018");
const Bytes rows = *from_hex(
    "1200000000000100040f8207e9789cfbc0c8c0c0c0c850c108a23f3001890bec95a360148c8251300a46c12818f2800954ad03001235b4b7");

TEST(DecompressMariadbEvent, QueryGetsItsTextBack) {
  const Bytes plain = decompress_mariadb_event(EventType::mariadb_query_compressed, query, limit).value();
  const QueryEvent event = decode_query_event(plain).value();
  EXPECT_EQ(event.database, "d");
  EXPECT_EQ(event.text,
            "create table t(a int primary key, b varchar(3000), c enum('x','y'), e int unsigned) engine=innodb");
}

TEST(DecompressMariadbEvent, RowsGetTheirImagesBack) {
  const Bytes plain = decompress_mariadb_event(EventType::mariadb_write_rows_compressed_v1, rows, limit).value();
  const RowsEvent event = decode_rows_event(EventType::write_rows_v1, plain).value();
  EXPECT_EQ(event.column_count, 4U);
  EXPECT_EQ(event.rows.size(), 2025U);
  EXPECT_EQ(std::count(event.rows.begin(), event.rows.end(), 'y'), 2000);
}

TEST(DecompressMariadbEvent, LengthAboveTheLimitIsRefused) {
  const auto plain = decompress_mariadb_event(EventType::mariadb_write_rows_compressed_v1, rows, 2034);
  EXPECT_EQ(plain.error().kind, ErrorKind::limit);
  EXPECT_TRUE(decompress_mariadb_event(EventType::mariadb_write_rows_compressed_v1, rows, 2035));
}

TEST(DecompressMariadbEvent, LengthNoStreamOfThisSizeHasIsRefusedAtOnce) {
  Bytes other = rows;
  other[10] = 0x84;  // the length's size; the stream's first bytes become part of it
  EXPECT_EQ(decompress_mariadb_event(EventType::mariadb_write_rows_compressed_v1, other, ~0U).error().kind,
            ErrorKind::invalid);
}

TEST(DecompressMariadbEvent, CutsAreRefused) {
  for (std::size_t size = 0; size < rows.size(); ++size) {
    EXPECT_FALSE(
        decompress_mariadb_event(EventType::mariadb_write_rows_compressed_v1, ByteView(rows).first(size), limit));
  }
}

TEST(DecompressMariadbEvent, DamageIsRefusedUnlessItChangesNothing) {
  const Bytes plain = decompress_mariadb_event(EventType::mariadb_write_rows_compressed_v1, rows, limit).value();
  for (std::size_t byte = 10; byte < rows.size(); ++byte) {
    Bytes other = rows;
    other[byte] ^= 0x40;
    const auto unpacked = decompress_mariadb_event(EventType::mariadb_write_rows_compressed_v1, other, limit);
    EXPECT_TRUE(!unpacked || *unpacked == plain) << byte;
  }
}

TEST(DecompressMariadbEvent, TypesThatAreNotCompressedAreRefused) {
  EXPECT_FALSE(decompress_mariadb_event(EventType::query, query, limit));
}

TEST(PlainType, NamesWhatIsInside) {
  EXPECT_EQ(plain_type(EventType::mariadb_query_compressed), EventType::query);
  EXPECT_EQ(plain_type(EventType::mariadb_delete_rows_compressed_v1), EventType::delete_rows_v1);
  EXPECT_EQ(plain_type(EventType::mariadb_update_rows_compressed), EventType::update_rows);
  EXPECT_EQ(plain_type(EventType::xid), EventType::xid);
}

}  // namespace
}  // namespace sluice::binlog
