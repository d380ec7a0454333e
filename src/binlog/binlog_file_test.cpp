#include "binlog/binlog_file.h"

#include <bit>

#include <gtest/gtest.h>

#include "binlog/other_events.h"
#include "binlog/query_event.h"

namespace sluice::binlog {
namespace {

const auto ignore = [](const FileEvent&) -> Result<void> { return {}; };

void append(Bytes& file, EventType type, ByteView body, std::uint16_t flags = 0, Checksum checksum = Checksum::crc32) {
  const Bytes event = make_event({.type = type, .server_id = 1, .flags = flags}, body, checksum);
  file.insert(file.end(), event.begin(), event.end());
}

Bytes start_of_file(std::uint16_t flags = 0) {
  Bytes file(std::begin(file_magic), std::end(file_magic));
  append(file, EventType::format_description, encode_format_description(mysql57_format_description("5.7.35")), flags);
  return file;
}

std::string message_of(ByteView file) {
  return walk_binlog_file(file, ignore).error().message;
}

TEST(WalkBinlogFile, GivesEveryEventWithOffsetAndBody) {
  Bytes file = start_of_file();
  const std::uint64_t offset = file.size();
  append(file, EventType::rotate, encode_rotate_event(4, "mysql-bin.000002"));
  std::vector<std::uint64_t> offsets;
  std::size_t last_body = 0;
  const auto summary = walk_binlog_file(file, [&](const FileEvent& event) -> Result<void> {
    offsets.push_back(event.offset);
    last_body = event.body.size();
    return {};
  });
  EXPECT_EQ(offsets, (std::vector<std::uint64_t>{4, offset}));
  EXPECT_EQ(last_body, 8U + 16U);
  EXPECT_EQ(summary.value().events, 2U);
  EXPECT_EQ(summary.value().checksums, 2U);
  EXPECT_EQ(summary.value().description.server_version, "5.7.35");
}

TEST(WalkBinlogFile, WithoutChecksumsNoneAreCounted) {
  FormatDescription description = mysql57_format_description("5.7.35");
  description.checksum = Checksum::none;
  Bytes file(std::begin(file_magic), std::end(file_magic));
  append(file, EventType::format_description, encode_format_description(description));
  append(file, EventType::query, encode_query_event({.text = "BEGIN"}), 0, Checksum::none);
  EXPECT_EQ(walk_binlog_file(file, ignore).value().checksums, 0U);
}

TEST(WalkBinlogFile, OtherFilesAreRefusedByName) {
  EXPECT_EQ(message_of(as_bytes("PK")), "not a binlog file: 2 bytes");
  EXPECT_NE(message_of(as_bytes("PK\3\4 and more")).find("not a binlog file"), std::string::npos);
  EXPECT_NE(message_of(as_bytes("\xfd"
                                "bin"))
                .find("encrypted by MySQL"),
            std::string::npos);
  EXPECT_NE(message_of(start_of_file(0x0040)).find("relay log"), std::string::npos);
}

TEST(WalkBinlogFile, OldFormatsAreRefusedByName) {
  Bytes file(std::begin(file_magic), std::end(file_magic));
  append(file, EventType::start_v3, Bytes(56), 0, Checksum::none);
  EXPECT_NE(message_of(file).find("MySQL 4.1 or earlier"), std::string::npos);
}

TEST(WalkBinlogFile, MissingFormatDescriptionIsNamed) {
  EXPECT_NE(message_of(file_magic).find("no format description"), std::string::npos);
  Bytes file(std::begin(file_magic), std::end(file_magic));
  append(file, EventType::xid, Bytes(8));
  EXPECT_NE(message_of(file).find("offset 4: a format description was expected"), std::string::npos);
}

TEST(WalkBinlogFile, MariaDbEncryptionIsNamed) {
  Bytes file = start_of_file();
  append(file, EventType::mariadb_start_encryption, Bytes(17));
  EXPECT_NE(message_of(file).find("encrypted by MariaDB"), std::string::npos);
}

TEST(WalkBinlogFile, EveryCutIsNoticedExceptBetweenEvents) {
  Bytes file = start_of_file();
  const std::size_t boundary = file.size();
  append(file, EventType::query, encode_query_event({.text = "BEGIN"}));
  for (std::size_t size = 0; size < file.size(); ++size)
    EXPECT_EQ(walk_binlog_file(ByteView(file).first(size), ignore).has_value(), size == boundary) << size;
}

TEST(WalkBinlogFile, EveryChangedByteIsNoticed) {
  Bytes file = start_of_file();
  append(file, EventType::query, encode_query_event({.text = "BEGIN"}));
  for (std::size_t byte = 0; byte < file.size(); ++byte) {
    Bytes other = file;
    other[byte] ^= 0x20;
    EXPECT_FALSE(walk_binlog_file(other, ignore)) << byte;
  }
}

TEST(WalkBinlogFile, WrongChecksumNamesOffsetAndType) {
  Bytes file = start_of_file();
  const std::size_t offset = file.size();
  append(file, EventType::query, encode_query_event({.text = "BEGIN"}));
  file.back() ^= 1;
  const Error error = walk_binlog_file(file, ignore).error();
  EXPECT_EQ(error.kind, ErrorKind::corrupt);
  EXPECT_EQ(error.message,
            "offset " + std::to_string(offset) + ": event of type 2 (Query) does not match its checksum");
}

TEST(WalkBinlogFile, MalformedBodyWithRightChecksumIsNoticed) {
  Bytes file = start_of_file();
  append(file, EventType::table_map, Bytes(5));
  EXPECT_NE(message_of(file).find("table map event of 5 bytes"), std::string::npos);
}

TEST(WalkBinlogFile, UnknownTypesPass) {
  Bytes file = start_of_file();
  append(file, std::bit_cast<EventType>(std::uint8_t{43}), Bytes(3), flag_ignorable);
  EXPECT_EQ(walk_binlog_file(file, ignore).value().events, 2U);
}

TEST(WalkBinlogFile, ErrorOfTheReceiverEndsIt) {
  const auto stop = [](const FileEvent&) -> Result<void> { return fail(ErrorKind::closed, "enough"); };
  EXPECT_EQ(walk_binlog_file(start_of_file(), stop).error().message, "enough");
}

}  // namespace
}  // namespace sluice::binlog
