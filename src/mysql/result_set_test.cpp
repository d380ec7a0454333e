#include "mysql/result_set.h"

#include <gtest/gtest.h>

#include "base/byte_reader.h"
#include "mysql/prefixes_for_test.h"

namespace sluice::mysql {

TEST(Column, RoundTrips) {
  Column sent = integer_column("Position");
  sent.schema = "information_schema";
  sent.table = "t";
  sent.org_table = "T";
  sent.org_name = "position";
  const auto got = decode_column(encode_column(sent));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->schema, sent.schema);
  EXPECT_EQ(got->table, sent.table);
  EXPECT_EQ(got->org_table, sent.org_table);
  EXPECT_EQ(got->name, sent.name);
  EXPECT_EQ(got->org_name, sent.org_name);
  EXPECT_EQ(got->charset, charset_binary);
  EXPECT_EQ(got->type, ColumnType::longlong);
  EXPECT_EQ(got->flags, column_flag::binary | column_flag::unsigned_);
}

TEST(Column, CutShortFails) {
  for_each_prefix(encode_column(text_column("name")), [](ByteView prefix) {
    EXPECT_TRUE(!decode_column(prefix) || prefix.size() >= encode_column(text_column("name")).size() - 2);
  });
}

TEST(TextRow, RoundTripsWithNullAndEmpty) {
  const Row row{"a", std::nullopt, "", std::string(70'000, 'x')};
  EXPECT_EQ(decode_text_row(encode_text_row(row), 4), row);
}

TEST(TextRow, CutShortOrTooLongFails) {
  const Row row{"abc", std::nullopt, std::string(300, 'x')};
  const Bytes whole = encode_text_row(row);
  for_each_prefix(whole, [](ByteView prefix) { EXPECT_FALSE(decode_text_row(prefix, 3)); });
  EXPECT_FALSE(decode_text_row(whole, 2));
  EXPECT_FALSE(decode_text_row(whole, 4));
  EXPECT_FALSE(decode_text_row(whole, result_columns_max));
}

TEST(TextResult, IsCountColumnsEofRowsEof) {
  const ResultSet result{{text_column("a"), text_column("b")}, {{"1", std::nullopt}}};
  const std::vector<Bytes> payloads = encode_text_result(result);
  ASSERT_EQ(payloads.size(), 6U);
  EXPECT_EQ(payloads[0], Bytes{2});
  EXPECT_EQ(decode_column(payloads[2])->name, "b");
  EXPECT_TRUE(is_eof(payloads[3]));
  EXPECT_EQ(payloads[4], (Bytes{1, '1', 0xFB}));
  EXPECT_TRUE(is_eof(payloads[5]));
}

TEST(ColumnCount, HasLimits) {
  EXPECT_EQ(decode_column_count(encode_column_count(result_columns_max)), result_columns_max);
  EXPECT_EQ(decode_column_count(encode_column_count(result_columns_max + 1)).error().kind, ErrorKind::limit);
  EXPECT_EQ(decode_column_count(encode_column_count(0)).error().kind, ErrorKind::invalid);
  EXPECT_FALSE(decode_column_count(Bytes{}));
  EXPECT_FALSE(decode_column_count(Bytes{1, 2}));
  EXPECT_FALSE(decode_column_count(Bytes{0xFB}));
}

TEST(BinaryRow, HasItsNullsInABitmapTwoBitsOff) {
  const std::vector<Column> columns(8, text_column("t"));
  Row row(8, "x");
  row[0] = row[5] = row[6] = std::nullopt;
  const Bytes payload = encode_binary_row(columns, row);
  EXPECT_EQ(payload, (Bytes{0, 0b10000100, 0b00000001, 1, 'x', 1, 'x', 1, 'x', 1, 'x', 1, 'x'}));
}

TEST(BinaryRow, IntegersAreEightBytes) {
  const std::vector<Column> columns{integer_column("u"), integer_column("s", false)};
  const Bytes payload = encode_binary_row(columns, {"18446744073709551615", "-2"});
  ByteReader reader(payload);
  reader.skip(2);
  EXPECT_EQ(reader.u64(), ~0ULL);
  EXPECT_EQ(reader.u64(), ~0ULL - 1);
  EXPECT_EQ(reader.remaining(), 0U);
}

}  // namespace sluice::mysql
