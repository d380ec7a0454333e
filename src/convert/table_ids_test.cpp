#include "convert/table_ids.h"

#include <gtest/gtest.h>

#include "base/byte_writer.h"

namespace sluice::convert {
namespace {

Bytes table_map(std::uint64_t id, std::string_view table) {
  ByteWriter body;
  body.u48(id).u16(1).u8(1).text_and_zero("d").u8(table.size()).text_and_zero(table).u8(1).u8(3).u8(0).u8(0);
  return std::move(body).take();
}

}  // namespace

TEST(TableIds, TheSameMapAlwaysHasTheSameId) {
  TableIds one;
  TableIds other;
  EXPECT_EQ(one.map(table_map(5, "t")), other.map(table_map(5, "t")));
}

TEST(TableIds, AnotherTableOrSourceIdHasAnother) {
  TableIds ids;
  const auto id = ids.map(table_map(5, "t"));
  EXPECT_NE(ids.map(table_map(6, "t")), id);
  EXPECT_NE(ids.map(table_map(5, "u")), id);
}

TEST(TableIds, FindsTheNewestMapOfASourceId) {
  TableIds ids;
  (void)ids.map(table_map(5, "t"));
  const auto newest = ids.map(table_map(5, "u"));
  EXPECT_EQ(ids.find(5), newest);
  EXPECT_EQ(ids.find(6), 0U);
}

TEST(TableIds, IdsFitSixBytes) {
  TableIds ids;
  for (std::uint64_t i = 1; i < 100; ++i)
    EXPECT_LT(ids.map(table_map(i, "t")), 1ULL << 48U);
}

}  // namespace sluice::convert
