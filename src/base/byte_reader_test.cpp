#include "base/byte_reader.h"

#include <gtest/gtest.h>

#include "base/byte_writer.h"

namespace sluice {

TEST(ByteReader, AReadPastTheEndFailsForGood) {
  const Bytes three{1, 2, 3};
  ByteReader reader(three);
  EXPECT_EQ(reader.u32(), 0U);
  EXPECT_EQ(reader.u8(), 0U);
  EXPECT_FALSE(reader.ok());
}

TEST(ByteReader, LengthEncodedRoundTripsAtEveryWidth) {
  for (const std::uint64_t value : {0ULL, 250ULL, 251ULL, 65535ULL, 65536ULL, 0xFFFFFFULL, 0x1000000ULL, ~0ULL}) {
    ByteWriter writer;
    writer.length_encoded(value);
    EXPECT_EQ(writer.size(), length_encoded_size(value));
    ByteReader reader(writer.view());
    EXPECT_EQ(reader.length_encoded(), value);
    EXPECT_TRUE(reader.ok());
    EXPECT_EQ(reader.remaining(), 0U);
  }
}

TEST(ByteReader, LengthEncodedTextLongerThanTheBytesFails) {
  const Bytes bytes{0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 'a'};
  ByteReader reader(bytes);
  EXPECT_EQ(reader.length_encoded_text(), "");
  EXPECT_FALSE(reader.ok());
}

TEST(ByteReader, TextWithoutItsZeroFails) {
  ByteReader reader(as_bytes("abc"));
  EXPECT_EQ(reader.text_to_zero(), "");
  EXPECT_FALSE(reader.ok());
}

}  // namespace sluice
