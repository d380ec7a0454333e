#include "binlog/gtid_event.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/hex.h"

namespace sluice::binlog {
namespace {

/// Bodies as MySQL 5.6.24 and 9.7.4 wrote them; the second with commit timestamp and server version of another server.
const Bytes mysql56 = *from_hex("0191f3dbaae68e11f1acf102fc000000010100000000000000");
const Bytes mysql97 = *from_hex(
    "00ffffffffeeeeffffccccbbbbbbbbbbbb03000000000000000200000000000000000100000000000000034e6babdf608605000000000000"
    "fc5e0150620180a4380100");

TEST(GtidEvent, Of56StopsBehindTheNumber) {
  const GtidEvent event = decode_gtid_event(EventType::gtid, mysql56).value();
  EXPECT_EQ(event.gtid.text(), "91f3dbaa-e68e-11f1-acf1-02fc00000001:1");
  EXPECT_EQ(event.flags, 1);
  EXPECT_FALSE(event.clock || event.immediate_commit_timestamp || event.transaction_length);
  EXPECT_EQ(encode_gtid_event(event), mysql56);
}

TEST(GtidEvent, Of57StopsBehindTheClock) {
  const ByteView body = ByteView(mysql97).first(42);
  const GtidEvent event = decode_gtid_event(EventType::gtid, body).value();
  EXPECT_EQ(event.clock, (GtidEvent::LogicalClock{0, 1}));
  EXPECT_FALSE(event.immediate_commit_timestamp);
  EXPECT_EQ(encode_gtid_event(event), Bytes(body.begin(), body.end()));
}

TEST(GtidEvent, Of97WithAllOfAnotherServerRoundTrips) {
  const GtidEvent event = decode_gtid_event(EventType::gtid, mysql97).value();
  EXPECT_EQ(event.immediate_commit_timestamp, 1795363630173699U);
  EXPECT_EQ(event.original_commit_timestamp, 5U);
  EXPECT_EQ(event.transaction_length, 350U);
  EXPECT_EQ(event.immediate_server_version, 90704U);
  EXPECT_EQ(event.original_server_version, 80036U);
  EXPECT_FALSE(event.commit_group_ticket);
  EXPECT_EQ(encode_gtid_event(event), mysql97);
}

TEST(GtidEvent, CommitGroupTicketIsTheLast) {
  GtidEvent event = decode_gtid_event(EventType::gtid, mysql97).value();
  event.commit_group_ticket = 12;
  const Bytes body = encode_gtid_event(event);
  EXPECT_EQ(body.size(), mysql97.size() + 8);
  EXPECT_EQ(decode_gtid_event(EventType::gtid, body).value(), event);
}

TEST(GtidEvent, BytesBehindTheKnownAreIgnored) {
  Bytes body = mysql97;
  body.insert(body.end(), {1, 2, 3});
  EXPECT_EQ(decode_gtid_event(EventType::gtid, body).value(), decode_gtid_event(EventType::gtid, mysql97).value());
}

TEST(GtidEvent, WidestLengthTakesNineBytesWhateverItIs) {
  GtidEvent event = decode_gtid_event(EventType::gtid, mysql97).value();
  const std::size_t size = encode_gtid_event(event, true).size();
  EXPECT_EQ(size, mysql97.size() - 3 + 9);
  event.transaction_length = 1ULL << 40U;
  EXPECT_EQ(encode_gtid_event(event, true).size(), size);
  EXPECT_EQ(decode_gtid_event(EventType::gtid, encode_gtid_event(event, true)).value(), event);
}

TEST(GtidEvent, NumberZeroIsForAnonymousOnly) {
  Bytes body = mysql56;
  body[17] = 0;
  EXPECT_FALSE(decode_gtid_event(EventType::gtid, body));
  EXPECT_TRUE(decode_gtid_event(EventType::anonymous_gtid, body));
  EXPECT_FALSE(decode_gtid_event(EventType::anonymous_gtid, mysql56));
}

TEST(GtidEvent, NumberAboveTheLargestIsRefused) {
  Bytes body = mysql56;
  std::fill(body.begin() + 17, body.end(), std::uint8_t{0xFF});
  EXPECT_FALSE(decode_gtid_event(EventType::gtid, body));
}

TEST(GtidEvent, CutShortWithinAFieldIsRefused) {
  for (const std::size_t size : {0U, 1U, 17U, 24U, 26U, 41U})
    EXPECT_FALSE(decode_gtid_event(EventType::gtid, ByteView(mysql97).first(size))) << size;
}

TEST(GtidEvent, AnotherClockTypeHidesWhatFollows) {
  Bytes body = mysql97;
  body[25] = 1;
  EXPECT_FALSE(decode_gtid_event(EventType::gtid, body).value().clock);
}

TEST(GtidEvent, OtherTypesAreRefused) {
  EXPECT_FALSE(decode_gtid_event(EventType::previous_gtids, mysql97));
}

}  // namespace
}  // namespace sluice::binlog
