#include "binlog/variable_number.h"

#include <limits>

#include <gtest/gtest.h>

#include "base/hex.h"

namespace sluice::binlog {
namespace {

std::string written(std::uint64_t value) {
  ByteWriter writer;
  write_variable_number(writer, value);
  return to_hex(writer.view());
}

// The examples of the serialization library's readme.

TEST(VariableNumber, UnsignedExample) {
  EXPECT_EQ(written(65535), "fbff07");
}

TEST(VariableNumber, SignedExamples) {
  for (const auto& [value, bytes] :
       {std::pair{65535, "f3ff0f"}, std::pair{-65535, "ebff0f"}, std::pair{-65536, "fbff0f"}}) {
    ByteWriter writer;
    write_variable_signed(writer, value);
    EXPECT_EQ(to_hex(writer.view()), bytes);
    ByteReader reader(writer.view());
    EXPECT_EQ(read_variable_signed(reader), value);
  }
}

TEST(VariableNumber, RoundTripsOnBothSidesOfEveryWidth) {
  for (unsigned bits = 0; bits < 64; ++bits) {
    for (const std::uint64_t value : {(1ULL << bits) - 1, 1ULL << bits}) {
      ByteWriter writer;
      write_variable_number(writer, value);
      EXPECT_EQ(writer.size(), variable_number_size(value));
      ByteReader reader(writer.view());
      EXPECT_EQ(read_variable_number(reader), value);
      EXPECT_TRUE(reader.ok() && reader.remaining() == 0);
    }
  }
}

TEST(VariableNumber, SizesChangeEverySevenBitsAndEndAtNine) {
  EXPECT_EQ(variable_number_size(0), 1U);
  EXPECT_EQ(variable_number_size(127), 1U);
  EXPECT_EQ(variable_number_size(128), 2U);
  EXPECT_EQ(variable_number_size((1ULL << 56U) - 1), 8U);
  EXPECT_EQ(variable_number_size(1ULL << 56U), 9U);
  EXPECT_EQ(variable_number_size(~0ULL), 9U);
}

TEST(VariableNumber, SignedExtremesRoundTrip) {
  for (const std::int64_t value : {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(),
                                   std::int64_t{0}, std::int64_t{-1}}) {
    ByteWriter writer;
    write_variable_signed(writer, value);
    ByteReader reader(writer.view());
    EXPECT_EQ(read_variable_signed(reader), value);
  }
}

TEST(VariableNumber, MayBeWrittenWiderThanNeeded) {
  ByteWriter writer;
  write_variable_number(writer, 345, 9);
  EXPECT_EQ(to_hex(writer.view()), "ff5901000000000000");
  ByteReader reader(writer.view());
  EXPECT_EQ(read_variable_number(reader), 345U);
}

TEST(VariableNumber, CutShortFails) {
  for (const Bytes& bytes : {Bytes{0x01}, Bytes{0x7F}, Bytes{0xFF}}) {
    ByteReader reader(bytes);
    EXPECT_EQ(read_variable_number(reader), 0U);
    EXPECT_FALSE(reader.ok());
  }
  ByteReader nothing({});
  EXPECT_EQ(read_variable_number(nothing), 0U);
  EXPECT_FALSE(nothing.ok());
}

}  // namespace
}  // namespace sluice::binlog
