#include "binlog/query_event.h"

#include <gtest/gtest.h>

#include "base/hex.h"

namespace sluice::binlog {
namespace {

/// As MySQL 9.7.4 wrote it.
const Bytes body = *from_hex(
    "0a0000000000000001000023000000000000012000a04500000000060373746404ff00ff00ff000c01640012ff0015006400696e73657274"
    "20696e746f20742076616c7565732831312c2773746d74272c6e756c6c29");

TEST(QueryEvent, RoundTrips) {
  const QueryEvent event = decode_query_event(body).value();
  EXPECT_EQ(event.thread_id, 10U);
  EXPECT_EQ(event.error_code, 0U);
  EXPECT_EQ(event.status_variables.size(), 35U);
  EXPECT_EQ(event.database, "d");
  EXPECT_EQ(event.text, "insert into t values(11,'stmt',null)");
  EXPECT_EQ(encode_query_event(event), body);
}

TEST(QueryEvent, DatabaseAndTextMayBeEmpty) {
  const Bytes encoded = encode_query_event({});
  EXPECT_EQ(encoded.size(), 14U);
  EXPECT_EQ(decode_query_event(encoded).value().text, "");
}

TEST(QueryEvent, WithoutStatusVariablesInTheFixedPart) {
  Bytes old = encode_query_event({.database = "d", .text = "BEGIN"});
  old.erase(old.begin() + 11, old.begin() + 13);
  EXPECT_EQ(decode_query_event(old, 11).value().text, "BEGIN");
}

TEST(QueryEvent, LongerFixedPartIsSkipped) {
  Bytes later = encode_query_event({.database = "d", .text = "BEGIN"});
  later.insert(later.begin() + 13, {9, 9});
  EXPECT_EQ(decode_query_event(later, 15).value().database, "d");
}

TEST(QueryEvent, UnknownFixedPartsAreRefused) {
  EXPECT_FALSE(decode_query_event(body, 0));
  EXPECT_FALSE(decode_query_event(body, 12));
}

TEST(QueryEvent, SizesBeyondTheBodyAreRefused) {
  Bytes longer_name = body;
  longer_name[8] = 0xFF;
  EXPECT_FALSE(decode_query_event(longer_name));
  Bytes more_variables = body;
  more_variables[12] = 0x10;
  EXPECT_FALSE(decode_query_event(more_variables));
}

TEST(QueryEvent, NameWithoutItsZeroIsRefused) {
  Bytes other = body;
  other[8] = 2;
  EXPECT_FALSE(decode_query_event(other));
}

}  // namespace
}  // namespace sluice::binlog
