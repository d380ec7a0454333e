#include "binlog/format_description.h"

#include <gtest/gtest.h>

#include "base/hex.h"

namespace sluice::binlog {
namespace {

/// As MySQL 9.7.4 and 5.6.24 wrote them.
const Bytes mysql97 = *from_hex(
    "9211036b0f610000007b0000007f00000000000400392e372e342d3200000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000013000d0008000000000400040000006300041a08000000000000020000000a0a0a2a2a0012"
    "34000a28000001dc557f14");
const Bytes mysql56 = *from_hex(
    "d712036b0f38000000740000007800000000000400352e362e32342d6c6f6700000000000000000000000000000000000000000000000000"
    "000000000000000000000000000000d712036b13380d0008001200040404041200005c00041a08000000080808020000000a0a0a19190001"
    "194046e5");

Bytes body_of(ByteView event) {
  const ByteView body = event.subspan(EventHeader::size, event.size() - EventHeader::size - checksum_size);
  return {body.begin(), body.end()};
}

bool knows_checksums(std::string_view version) {
  FormatDescription description;
  description.server_version = version;
  return description.knows_checksums();
}

TEST(FormatDescription, Of97RoundTrips) {
  const FormatDescription description = decode_format_description(mysql97).value();
  EXPECT_EQ(description.server_version, "9.7.4-2");
  EXPECT_EQ(description.created, 0U);
  EXPECT_EQ(description.checksum, Checksum::crc32);
  EXPECT_EQ(description.post_header_lengths.size(), 42U);
  EXPECT_EQ(encode_format_description(description), body_of(mysql97));
}

TEST(FormatDescription, Of56RoundTrips) {
  const FormatDescription description = decode_format_description(mysql56).value();
  EXPECT_EQ(description.server_version, "5.6.24-log");
  EXPECT_EQ(description.created, 0x6B0312D7U);
  EXPECT_EQ(encode_format_description(description), body_of(mysql56));
}

TEST(FormatDescription, PostHeaderLengthsGoByType) {
  const FormatDescription description = decode_format_description(mysql56).value();
  EXPECT_EQ(description.post_header_length(EventType::query), 13);
  EXPECT_EQ(description.post_header_length(EventType::gtid), 25);
  EXPECT_EQ(description.post_header_length(EventType::previous_gtids), 0);
  EXPECT_EQ(description.post_header_length(EventType::gtid_tagged), 0);
  EXPECT_EQ(description.post_header_length(EventType::unknown), 0);
}

TEST(FormatDescription, Before561ThereIsNoChecksum) {
  FormatDescription description;
  description.server_version = "5.5.17-log";
  description.post_header_lengths = Bytes(27, 1);
  const Bytes event =
      make_event({.type = EventType::format_description}, encode_format_description(description), Checksum::none);
  EXPECT_EQ(decode_format_description(event).value(), description);
}

TEST(FormatDescription, MariaDb53KnowsChecksums) {
  EXPECT_TRUE(knows_checksums("5.3.12-MariaDB"));
  EXPECT_TRUE(knows_checksums("10.11.6-MariaDB-log"));
  EXPECT_FALSE(knows_checksums("5.3.12"));
  EXPECT_TRUE(knows_checksums("5.6.1"));
  EXPECT_FALSE(knows_checksums("5.6.0"));
  EXPECT_FALSE(knows_checksums("nonsense"));
}

TEST(FormatDescription, VersionThatIsNoneIsRefused) {
  Bytes event = mysql97;
  event[EventHeader::size + 3] = 'x';
  EXPECT_EQ(decode_format_description(event).error().message, "format description names no server version");
}

TEST(FormatDescription, OtherBinlogVersionsAreNamed) {
  Bytes event = mysql97;
  event[EventHeader::size] = 3;
  const auto description = decode_format_description(event);
  EXPECT_EQ(description.error().kind, ErrorKind::unsupported);
  EXPECT_NE(description.error().message.find("version 3"), std::string::npos);
}

TEST(FormatDescription, UnknownChecksumAlgorithmIsRefused) {
  Bytes event = mysql97;
  event[event.size() - 5] = 9;
  EXPECT_EQ(decode_format_description(event).error().kind, ErrorKind::unsupported);
}

TEST(FormatDescription, EveryShorterEventIsRefused) {
  for (std::size_t size = 0; size < mysql97.size(); ++size)
    EXPECT_FALSE(decode_format_description(ByteView(mysql97).first(size))) << size;
}

TEST(FormatDescription, AnotherTypeIsRefused) {
  EXPECT_FALSE(decode_format_description(make_event({.type = EventType::xid}, Bytes(8), Checksum::none)));
}

TEST(FormatDescription, Of57IsWhatMySql5721Writes) {
  const FormatDescription description = mysql57_format_description("5.7.21-log");
  EXPECT_EQ(to_hex(description.post_header_lengths),
            "380d0008001200040404041200005f00041a08000000080808020000000a0a0a2a2a00123400");
  EXPECT_EQ(make_event({.type = EventType::format_description}, encode_format_description(description), Checksum::crc32)
                .size(),
            0x77U);
}

}  // namespace
}  // namespace sluice::binlog
