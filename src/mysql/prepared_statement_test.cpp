#include "mysql/prepared_statement.h"

#include <bit>
#include <limits>

#include <gtest/gtest.h>

#include "base/byte_writer.h"
#include "mysql/prefixes_for_test.h"

namespace sluice::mysql {
namespace {

ByteWriter head(std::uint32_t statement = 7) {
  ByteWriter writer;
  writer.u8(23).u32(statement).u8(0).u32(1);
  return writer;
}

/// The text of a single parameter whose bytes `write` writes.
template <typename Write>
std::string single(ColumnType type, bool is_unsigned, Write write) {
  ByteWriter writer = head();
  writer.u8(0).u8(1).u8(static_cast<std::uint8_t>(type)).u8(is_unsigned ? 0x80 : 0);
  write(writer);
  const auto execute = decode_execute(writer.view(), 1, {});
  return execute ? execute->parameters.at(0).value_or("NULL") : "error: " + execute.error().message;
}

std::string single(ColumnType type, const Bytes& value) {
  return single(type, false, [&](ByteWriter& writer) { writer.bytes(value); });
}

}  // namespace

TEST(PrepareAnswer, HasAnEofBehindEachListThatIsNotEmpty) {
  EXPECT_EQ(encode_prepare_answer(9, 0, {}), (std::vector<Bytes>{{0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}}));
  EXPECT_EQ(encode_prepare_answer(9, 2, {}).size(), 4U);
  EXPECT_EQ(encode_prepare_answer(9, 2, {text_column("a")}).size(), 6U);
  EXPECT_EQ(encode_prepare_answer(9, 2, {text_column("a")})[0], (Bytes{0, 9, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0}));
}

TEST(Execute, WithoutParametersNeedsNoMoreThanItsHead) {
  const auto execute = decode_execute(head(9).view(), 0, {});
  ASSERT_TRUE(execute);
  EXPECT_EQ(execute->statement, 9U);
  EXPECT_TRUE(execute->parameters.empty());
}

TEST(Execute, IntegersOfEveryWidthAndSign) {
  EXPECT_EQ(single(ColumnType::tiny, {0xFF}), "-1");
  EXPECT_EQ(single(ColumnType::short_, {0x00, 0x80}), "-32768");
  EXPECT_EQ(single(ColumnType::long_, {0xFE, 0xFF, 0xFF, 0xFF}), "-2");
  EXPECT_EQ(single(ColumnType::int24, {0x01, 0, 0, 0}), "1");
  EXPECT_EQ(single(ColumnType::year, {0xEA, 0x07}), "2026");
  EXPECT_EQ(single(ColumnType::longlong, Bytes{0, 0, 0, 0, 0, 0, 0, 0x80}), "-9223372036854775808");
  EXPECT_EQ(single(ColumnType::tiny, true, [](ByteWriter& w) { w.u8(0xFF); }), "255");
  EXPECT_EQ(single(ColumnType::longlong, true, [](ByteWriter& w) { w.u64(~0ULL); }), "18446744073709551615");
}

TEST(Execute, FloatingPointInItsShortestForm) {
  EXPECT_EQ(single(ColumnType::float_, false, [](ByteWriter& w) { w.u32(std::bit_cast<std::uint32_t>(0.1F)); }), "0.1");
  EXPECT_EQ(single(ColumnType::double_, false, [](ByteWriter& w) { w.u64(std::bit_cast<std::uint64_t>(-2.5)); }),
            "-2.5");
}

TEST(Execute, DatesMayLeaveOutWhatIsZero) {
  EXPECT_EQ(single(ColumnType::date, {4, 0xEA, 0x07, 1, 2}), "2026-01-02");
  EXPECT_EQ(single(ColumnType::date, {0}), "0000-00-00");
  EXPECT_EQ(single(ColumnType::datetime, {0}), "0000-00-00 00:00:00");
  EXPECT_EQ(single(ColumnType::datetime, {4, 0xEA, 0x07, 1, 2}), "2026-01-02 00:00:00");
  EXPECT_EQ(single(ColumnType::timestamp, {7, 0xEA, 0x07, 1, 2, 3, 4, 5}), "2026-01-02 03:04:05");
  EXPECT_EQ(single(ColumnType::datetime, {11, 0xEA, 0x07, 1, 2, 3, 4, 5, 6, 0, 0, 0}), "2026-01-02 03:04:05.000006");
}

TEST(Execute, TimesCountDaysAsHours) {
  EXPECT_EQ(single(ColumnType::time, {0}), "00:00:00");
  EXPECT_EQ(single(ColumnType::time, {8, 1, 1, 0, 0, 0, 2, 3, 4}), "-26:03:04");
  EXPECT_EQ(single(ColumnType::time, {12, 0, 0, 0, 0, 0, 2, 3, 4, 0x20, 0xA1, 0x07, 0}), "02:03:04.500000");
}

TEST(Execute, ADateLongerThanAnyIsAnError) {
  EXPECT_TRUE(single(ColumnType::date, Bytes(13, 12)).starts_with("error"));
  EXPECT_TRUE(single(ColumnType::time, Bytes(14, 13)).starts_with("error"));
}

TEST(Execute, TextAndDecimalsComeAsTheyAre) {
  EXPECT_EQ(single(ColumnType::newdecimal, {4, '1', '.', '5', '0'}), "1.50");
  EXPECT_EQ(single(ColumnType::var_string, {2, 'a', '\''}), "a'");
  EXPECT_EQ(single(ColumnType::long_blob, {0}), "");
  EXPECT_EQ(single(ColumnType::null, Bytes{}), "NULL");
}

TEST(Execute, AnUnknownTypeIsAnError) {
  EXPECT_TRUE(single(ColumnType::newdate, {0}).starts_with("error"));
  EXPECT_TRUE(single(static_cast<ColumnType>(100), {0}).starts_with("error"));
}

TEST(Execute, NullsInTheBitmapHaveNoValue) {
  ByteWriter writer = head();
  writer.u16(0b1'0000'0001).u8(1);
  for (int i = 0; i < 9; ++i) {
    writer.u8(static_cast<std::uint8_t>(ColumnType::tiny)).u8(0);
  }
  writer.bytes(Bytes{1, 2, 3, 4, 5, 6, 7});
  const auto execute = decode_execute(writer.view(), 9, {});
  ASSERT_TRUE(execute);
  EXPECT_EQ(execute->parameters.front(), std::nullopt);
  EXPECT_EQ(execute->parameters.at(7), "7");
  EXPECT_EQ(execute->parameters.back(), std::nullopt);
}

TEST(Execute, TypesAreRememberedFromTheLastExecution) {
  ByteWriter writer = head();
  writer.u8(0).u8(0).u8(5);
  EXPECT_EQ(decode_execute(writer.view(), 1, {{ColumnType::tiny, false}})->parameters.at(0), "5");
  EXPECT_FALSE(decode_execute(writer.view(), 1, {}));
}

TEST(Execute, LongDataTakesThePlaceOfAValue) {
  ByteWriter writer = head();
  writer.u8(0).u8(1).u8(252).u8(0).u8(1).u8(0).u8(9);
  const auto execute = decode_execute(writer.view(), 2, {}, {{0, "long"}});
  ASSERT_TRUE(execute);
  EXPECT_EQ(execute->parameters, (Row{"long", "9"}));
}

TEST(Execute, CutShortFails) {
  ByteWriter writer = head();
  writer.u8(0).u8(1).u8(253).u8(0).u8(8).u8(0).u8(12).u8(0);
  writer.length_encoded_text("abc").u64(1).bytes(Bytes{7, 0xEA, 0x07, 1, 2, 3, 4, 5});
  const Bytes whole = std::move(writer).take();
  EXPECT_TRUE(decode_execute(whole, 3, {}));
  for_each_prefix(whole, [](ByteView prefix) { EXPECT_FALSE(decode_execute(prefix, 3, {})); });
}

TEST(Execute, ManyParametersNeedTheirBytes) {
  EXPECT_FALSE(decode_execute(head().view(), statement_parameters_max, {}));
}

TEST(LongData, IsTheRestOfThePayload) {
  const Bytes payload{24, 7, 0, 0, 0, 2, 0, 'a', 'b'};
  const auto data = decode_long_data(payload);
  ASSERT_TRUE(data);
  EXPECT_EQ(data->statement, 7U);
  EXPECT_EQ(data->parameter, 2);
  EXPECT_EQ(as_text(data->data), "ab");
  EXPECT_EQ(decode_statement_id(payload), 7U);
  for_each_prefix(payload, [](ByteView prefix) {
    EXPECT_EQ(decode_long_data(prefix).has_value(), prefix.size() >= 7);
    EXPECT_EQ(decode_statement_id(prefix).has_value(), prefix.size() >= 5);
  });
}

}  // namespace sluice::mysql
