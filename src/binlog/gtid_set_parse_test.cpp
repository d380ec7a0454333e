#include <gtest/gtest.h>

#include "base/byte_writer.h"
#include "binlog/gtid_set.h"

// What is accepted, and as what, was taken from a MySQL 9.7.4 server: SELECT GTID_SUBTRACT(text, '').

namespace sluice::binlog {
namespace {

const std::string a = "aaaaaaaa-0000-0000-0000-000000000001";

const std::string a_and_colon = a + ":";

/// As the server's answer: the normal form, or "ERR".
std::string normal(std::string_view text) {
  const auto set = parse_gtid_set(text);
  return set ? set->text() : "ERR";
}

TEST(ParseGtidSet, EmptyTextCommasAndBareUuidsAreEmptySets) {
  for (const std::string& text : {std::string(), std::string(" \n"), std::string(",,"), a, a + ",", a + ":tag"})
    EXPECT_EQ(normal(text), "") << text;
}

TEST(ParseGtidSet, WhiteSpaceMayStandBetweenAllParts) {
  EXPECT_EQ(normal(" " + a + " : 1 - 5 :\t7 : tag : 2 ,\n" + a + "\v:\f9\r"), a + ":1-5:7:9:tag:2");
}

TEST(ParseGtidSet, WhiteSpaceMustNotStandWithinParts) {
  EXPECT_EQ(normal(a + ":5 6"), "ERR");
  EXPECT_EQ(normal(a + ":ta g:5"), "ERR");
  EXPECT_EQ(normal("{ " + a + "}:5"), "ERR");
}

TEST(ParseGtidSet, UuidHasThreeForms) {
  EXPECT_EQ(normal("AAAAAAAA-0000-0000-0000-000000000001:1"), a + ":1");
  EXPECT_EQ(normal("aaaaaaaa000000000000000000000001:1"), a + ":1");
  EXPECT_EQ(normal("{" + a + "}:1"), a + ":1");
  EXPECT_EQ(normal("{aaaaaaaa000000000000000000000001}:1"), "ERR");
}

TEST(ParseGtidSet, IntervalsMayOverlapTouchAndComeInAnyOrder) {
  EXPECT_EQ(normal(a + ":9:3-5:4-7:1-2,," + a + ":8"), a + ":1-9");
}

TEST(ParseGtidSet, EndBeforeBeginIsEmpty) {
  EXPECT_EQ(normal(a + ":5-3"), "");
  EXPECT_EQ(normal(a + ":5-0:7"), a + ":7");
}

TEST(ParseGtidSet, TagHoldsUpToTheNextOneOrTheNextUuid) {
  EXPECT_EQ(normal(a + ":1:TAG:2:x:y:3," + a + ":4"), a + ":1:4:tag:2:y:3");
}

TEST(ParseGtidSet, NumbersOutOfRangeAreRefused) {
  EXPECT_EQ(normal(a + ":9223372036854775806"), a + ":9223372036854775806");
  for (const std::string number : {"0", "0-5", "9223372036854775807", "1-9223372036854775807", "99999999999999999999"})
    EXPECT_EQ(normal(a_and_colon + number), "ERR") << number;
}

TEST(ParseGtidSet, NumbersAreDecimalDigitsOnly) {
  EXPECT_EQ(normal(a + ":010"), a + ":10");
  for (const std::string number : {"0x10", "+5", "-5", "5--3", "1-", "1a", "0b1"})
    EXPECT_EQ(normal(a_and_colon + number), "ERR") << number;
}

TEST(ParseGtidSet, EmptyPartsAreRefused) {
  for (const std::string end : {":", "::5", ":5:", ": :5", ":tag:"})
    EXPECT_EQ(normal(a + end), "ERR") << end;
}

TEST(ParseGtidSet, OtherSeparatorsAreRefused) {
  EXPECT_EQ(normal(a + ":1;" + a + ":2"), "ERR");
  EXPECT_EQ(normal(a + ":1" + std::string(1, '\0')), "ERR");
  EXPECT_EQ(normal("uuid:1"), "ERR");
}

TEST(ParseGtidSet, TheMessageShowsTextAndPlace) {
  EXPECT_EQ(parse_gtid_set(a + ":x y").error().message, "malformed GTID set '" + a + ":x y' at character 40");
}

ByteWriter one_source(std::uint64_t sources, std::uint64_t intervals) {
  ByteWriter writer;
  writer.u64(sources).bytes(Bytes(16, 0xAA)).u64(intervals);
  return writer;
}

TEST(DecodeGtidSet, CountsBeyondTheBytesAreRefused) {
  EXPECT_FALSE(decode_gtid_set({}));
  EXPECT_FALSE(decode_gtid_set(one_source(1, 1).view()));
  EXPECT_FALSE(decode_gtid_set(one_source(1, ~0ULL).u64(1).u64(2).view()));
  EXPECT_FALSE(decode_gtid_set(one_source(0xFFFFFFFFFFFFFF, 1).u64(1).u64(2).view()));
}

TEST(DecodeGtidSet, EmptyTouchingAndUnorderedIntervalsAreRefused) {
  EXPECT_TRUE(decode_gtid_set(one_source(1, 2).u64(1).u64(2).u64(3).u64(4).view()));
  EXPECT_FALSE(decode_gtid_set(one_source(1, 1).u64(2).u64(2).view()));
  EXPECT_FALSE(decode_gtid_set(one_source(1, 1).u64(0).u64(2).view()));
  EXPECT_FALSE(decode_gtid_set(one_source(1, 2).u64(1).u64(2).u64(2).u64(4).view()));
  EXPECT_FALSE(decode_gtid_set(one_source(1, 2).u64(5).u64(6).u64(1).u64(2).view()));
  EXPECT_FALSE(decode_gtid_set(one_source(1, 1).u64(1).u64(gtid_number_max + 2).view()));
}

TEST(DecodeGtidSet, SourceWithoutIntervalsIsDropped) {
  EXPECT_TRUE(decode_gtid_set(one_source(1, 0).view()).value().empty());
}

TEST(DecodeGtidSet, TaggedFormWithoutTagsIsRead) {
  // What MySQL 9.7 writes for any set once it has seen a tag since it was started.
  ByteWriter writer;
  writer.u64(0x0100000000000101).bytes(Bytes(16, 0xAA)).u8(0).u64(1).u64(1).u64(3);
  EXPECT_EQ(decode_gtid_set(writer.view()).value().text(), "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa:1-2");
}

TEST(DecodeGtidSet, BytesBehindTheSetAreRefused) {
  EXPECT_FALSE(decode_gtid_set(one_source(1, 1).u64(1).u64(2).u8(0).view()));
}

TEST(DecodeGtidSet, UnknownFormsAndBadTagsAreRefused) {
  EXPECT_FALSE(decode_gtid_set(one_source(0x0200000000000102, 0).view()));
  EXPECT_FALSE(decode_gtid_set(one_source(0x0100000000000100, 0).view()));
  ByteWriter writer;
  writer.u64(0x0100000000000101).bytes(Bytes(16, 1)).u8(2 << 1U).text("a-").u64(0);
  EXPECT_FALSE(decode_gtid_set(writer.view()));
}

}  // namespace
}  // namespace sluice::binlog
