#include "binlog/column_format.h"

#include <gtest/gtest.h>

#include "base/hex.h"

namespace sluice::binlog {
namespace {

Result<std::vector<ColumnFormat>> formats_of(std::string_view types, std::string_view metadata) {
  static Bytes type_bytes, metadata_bytes;
  type_bytes = *from_hex(types);
  metadata_bytes = *from_hex(metadata);
  TableMapEvent map;
  map.column_types = type_bytes;
  map.metadata = metadata_bytes;
  return column_formats(map);
}

/// The size of the value `bytes` begin with; 0 if it is cut short.
std::size_t size_of(std::string_view type, std::string_view metadata, std::string_view bytes) {
  const Bytes value = *from_hex(bytes);
  ByteReader reader(value);
  const std::size_t size = read_value(formats_of(type, metadata).value().at(0), reader).size();
  return reader.ok() ? size : 0;
}

}  // namespace

TEST(ColumnFormats, EachColumnTakesItsOwnMetadata) {
  // As MariaDB 10.11 wrote it for (int, varchar(1000) utf8mb4 compressed, blob compressed, enum, decimal, int).
  const auto formats = formats_of("038d8cfef603", "a10f02f7010a03").value();
  ASSERT_EQ(formats.size(), 6U);
  EXPECT_EQ(formats[1].metadata, 4001);
  EXPECT_EQ(formats[2].metadata, 2);
  EXPECT_EQ(formats[3].metadata, 0x01F7);
  EXPECT_EQ(formats[4].metadata, 0x030A);
  EXPECT_EQ(formats[5].metadata_size, 0);
}

TEST(ColumnFormats, AnUnknownTypeIsUnsupportedAndMissingMetadataInvalid) {
  EXPECT_EQ(formats_of("0390", "").error().kind, ErrorKind::unsupported);
  EXPECT_EQ(formats_of("0f", "10").error().kind, ErrorKind::invalid);
  EXPECT_EQ(formats_of("fc", "05").error().kind, ErrorKind::invalid) << "a length of five bytes";
  EXPECT_EQ(formats_of("f6", "0203").error().kind, ErrorKind::invalid) << "a scale above the precision";
}

TEST(ReadValue, FixedSizesFollowTheMetadata) {
  const std::string zeros(80, '0');
  EXPECT_EQ(size_of("08", "", zeros), 8U);
  EXPECT_EQ(size_of("09", "", zeros), 3U);
  EXPECT_EQ(size_of("04", "04", zeros), 4U) << "FLOAT";
  EXPECT_EQ(size_of("12", "06", zeros), 8U) << "DATETIME(6)";
  EXPECT_EQ(size_of("11", "03", zeros), 6U) << "TIMESTAMP(3)";
  EXPECT_EQ(size_of("13", "00", zeros), 3U) << "TIME";
  EXPECT_EQ(size_of("10", "0104", zeros), 5U) << "BIT(33)";
  EXPECT_EQ(size_of("f6", "411e", zeros), 30U) << "DECIMAL(65,30)";
  EXPECT_EQ(size_of("fe", "f702", zeros), 2U) << "ENUM of 300";
  EXPECT_EQ(size_of("fe", "f803", zeros), 3U) << "SET of 24";
}

TEST(ReadValue, LengthsStandBeforeValuesThatChangeInSize) {
  EXPECT_EQ(size_of("0f", "ff00", "0241420000"), 3U) << "up to 255 bytes: a length of one";
  EXPECT_EQ(size_of("0f", "0001", "0200414200"), 4U);
  EXPECT_EQ(size_of("fc", "03", "020000414200"), 5U) << "MEDIUMBLOB";
  EXPECT_EQ(size_of("fe", "fe10", "0141"), 2U) << "CHAR(4) of utf8mb4";
  EXPECT_EQ(size_of("fe", "eefc", "010041"), 3U) << "CHAR(127) of utf8mb4: 508 bytes";
  EXPECT_EQ(size_of("0f", "0001", "030041"), 0U) << "cut short";
}

}  // namespace sluice::binlog
