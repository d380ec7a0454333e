#include "binlog/gtid_tagged_event.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/hex.h"

namespace sluice::binlog {
namespace {

/// Bodies as MySQL 9.7.4 wrote them: SET gtid_next = 'AUTOMATIC:tag1', and one with the longest tag, nearly the largest
/// number and another commit timestamp.
const Bytes short_body = *from_hex(
    "0276000000020d035d0314b1039903350222c5035102050304f10300000002040406087461673108000a040c7f1415e992df600610490512"
    "83120b");
const Bytes long_body = *from_hex(
    "02d000000002fd03fd03fd03fd03b903b9037503750331033103ed02ed02ed02ed02ed02ed0204fffaffffffffffffff0640615f76657279"
    "5f6c6f6e675f7461675f6f665f33325f6368617261637465727308040a140c7f5623e992df60060e0210fd051283120b");

GtidEvent decoded(ByteView body) {
  return decode_gtid_event(EventType::gtid_tagged, body).value();
}

TEST(GtidTaggedEvent, ShortOneRoundTrips) {
  const GtidEvent event = decoded(short_body);
  EXPECT_EQ(event.gtid.text(), "c3d70aec-e68d-11f1-94c1-02fc00000001:tag1:1");
  EXPECT_EQ(event.clock, (GtidEvent::LogicalClock{0, 1}));
  EXPECT_EQ(event.immediate_commit_timestamp, 1795363218986260U);
  EXPECT_EQ(event.transaction_length, 338U);
  EXPECT_EQ(event.immediate_server_version, 90704U);
  EXPECT_FALSE(event.original_commit_timestamp || event.original_server_version || event.commit_group_ticket);
  EXPECT_EQ(encode_gtid_event(event), short_body);
}

TEST(GtidTaggedEvent, LongOneRoundTrips) {
  const GtidEvent event = decoded(long_body);
  EXPECT_EQ(event.gtid.source.tag, "a_very_long_tag_of_32_characters");
  EXPECT_EQ(event.gtid.number, gtid_number_max - 1);
  EXPECT_EQ(event.original_commit_timestamp, 1U);
  EXPECT_EQ(encode_gtid_event(event), long_body);
}

TEST(GtidTaggedEvent, SizeIsRightWhereItGrowsToTwoBytes) {
  // 126 bytes are announced in one byte and 129 in two; mysqlbinlog 9.7 reads both and nothing else.
  GtidEvent event = decoded(long_body);
  event.original_commit_timestamp = 1ULL << 54U;
  event.original_server_version = 80000;
  event.clock = {1 << 13, 1 << 13};
  EXPECT_EQ(to_hex(encode_gtid_event(event, true)).substr(0, 6), "02fc00");
  event.clock = {1 << 20, 1 << 20};
  EXPECT_EQ(to_hex(encode_gtid_event(event, true)).substr(0, 8), "02050200");
  EXPECT_EQ(decoded(encode_gtid_event(event, true)), event);
}

TEST(GtidTaggedEvent, WidestLengthTakesNineBytesWhateverItIs) {
  GtidEvent event = decoded(short_body);
  const std::size_t size = encode_gtid_event(event, true).size();
  EXPECT_EQ(size, short_body.size() - 2 + 9);
  event.transaction_length = ~0ULL;
  EXPECT_EQ(encode_gtid_event(event, true).size(), size);
  EXPECT_EQ(decoded(encode_gtid_event(event, true)), event);
}

TEST(GtidTaggedEvent, EveryShorterBodyIsRefused) {
  for (std::size_t size = 0; size < short_body.size(); ++size)
    EXPECT_FALSE(decode_gtid_event(EventType::gtid_tagged, ByteView(short_body).first(size))) << size;
}

TEST(GtidTaggedEvent, FieldsOfLaterVersionsAreSkippedUnlessNeeded) {
  Bytes body = short_body;
  body.insert(body.end(), {13 << 1, 0xFF, 0xFF});
  EXPECT_EQ(decoded(body), decoded(short_body));
  body[2] = 14 << 1;
  EXPECT_EQ(decode_gtid_event(EventType::gtid_tagged, body).error().kind, ErrorKind::unsupported);
}

TEST(GtidTaggedEvent, AnotherFormatVersionIsUnsupported) {
  Bytes body = short_body;
  body[0] = 2 << 1;
  EXPECT_EQ(decode_gtid_event(EventType::gtid_tagged, body).error().kind, ErrorKind::unsupported);
}

TEST(GtidTaggedEvent, RepeatedFieldIsRefused) {
  Bytes body = short_body;
  body.insert(body.end(), {9 << 1, 0});
  EXPECT_FALSE(decode_gtid_event(EventType::gtid_tagged, body));
}

TEST(GtidTaggedEvent, CharactersNoTagHasAreRefused) {
  Bytes body = short_body;
  const auto tag = std::search(body.begin(), body.end(), std::begin("tag1"), std::end("tag1") - 1);
  *tag = '-';
  EXPECT_FALSE(decode_gtid_event(EventType::gtid_tagged, body));
}

TEST(GtidTaggedEvent, UuidBytesAbove255AreRefused) {
  Bytes body = short_body;
  body[7] = 0x07;  // c3 is 0d 03: two bytes, 9 bits used
  EXPECT_FALSE(decode_gtid_event(EventType::gtid_tagged, body));
}

TEST(GtidTaggedEvent, NumbersNoServerWritesAreRefused) {
  GtidEvent event = decoded(short_body);
  Bytes body = encode_gtid_event(event);
  body[32] = 0;
  EXPECT_EQ(body[31], 0x04);  // the number's field
  EXPECT_FALSE(decode_gtid_event(EventType::gtid_tagged, body));
}

}  // namespace
}  // namespace sluice::binlog
