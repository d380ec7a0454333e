#include "binlog/mariadb_events.h"

#include <gtest/gtest.h>

#include "base/hex.h"

namespace sluice::binlog {
namespace {

bool refuses(std::string_view text) {
  return !parse_mariadb_gtids(text).has_value();
}

TEST(ParseMariadbGtids, ListRoundTrips) {
  const auto gtids = parse_mariadb_gtids("0-1-100,1-5-18446744073709551615").value();
  ASSERT_EQ(gtids.size(), 2U);
  EXPECT_EQ(gtids[0], (MariadbGtid{0, 1, 100}));
  EXPECT_EQ(gtids[1].text(), "1-5-18446744073709551615");
  EXPECT_TRUE(parse_mariadb_gtids("").value().empty());
}

// As SELECT MASTER_GTID_WAIT(text, 0) of MariaDB 10.11 does.

TEST(ParseMariadbGtids, WhiteSpaceAndPlusMayPrecedeNumbers) {
  EXPECT_EQ(parse_mariadb_gtids(" 0-\n1-+7,\t2-2-2").value()[0].text(), "0-1-7");
}

TEST(ParseMariadbGtids, RefusesWhatMariaDbRefuses) {
  for (const std::string_view text :
       {" ", "1", "1-1", "1-1-", "1-1-1,", ",1-1-1", "1-1-1 ", "1-1-1,,2-1-1", "4294967296-1-1", "1-4294967296-1",
        "1-1-18446744073709551616", "-1-1-1", "1 -1-1", "a-1-1", "1-1-1x"})
    EXPECT_TRUE(refuses(text)) << text;
}

// Bodies as MariaDB 10.11.19 wrote them.

TEST(MariadbGtidEvent, PlainOneIsPadded) {
  const Bytes body = *from_hex("01000000000000000300000029000000000000");
  const MariadbGtidEvent event = decode_mariadb_gtid_event(body).value();
  EXPECT_EQ(event.sequence, 1U);
  EXPECT_EQ(event.domain, 3U);
  EXPECT_EQ(event.flags, MariadbGtidEvent::standalone | MariadbGtidEvent::allow_parallel | MariadbGtidEvent::ddl);
}

TEST(MariadbGtidEvent, GroupCommitHasItsId) {
  const Bytes body = *from_hex("1000000000000000030000000e2e00000000000000");
  const MariadbGtidEvent event = decode_mariadb_gtid_event(body).value();
  EXPECT_EQ(event.commit_id, 46U);
  EXPECT_EQ(event.sequence, 16U);
}

TEST(MariadbGtidEvent, PreparedXaNamesItBeforeExtraFlags) {
  const Bytes body = *from_hex("0700000000000000030000004c0700000005056774726964627175616c01ff");
  const MariadbGtidEvent event = decode_mariadb_gtid_event(body).value();
  EXPECT_NE(event.flags & MariadbGtidEvent::prepared_xa, 0);
  EXPECT_EQ(event.xa_format_id, 7);
  EXPECT_EQ(event.xa_global_id, "gtrid");
  EXPECT_EQ(event.xa_branch_id, "bqual");
}

TEST(MariadbGtidEvent, CompletedXaNamesItToo) {
  const Bytes body = *from_hex("0800000000000000030000008d0700000005056774726964627175616c");
  const MariadbGtidEvent event = decode_mariadb_gtid_event(body).value();
  EXPECT_NE(event.flags & MariadbGtidEvent::completed_xa, 0);
  EXPECT_EQ(event.xa_branch_id, "bqual");
}

TEST(MariadbGtidEvent, CutShortIsRefused) {
  const Bytes body = *from_hex("0800000000000000030000008d0700000005056774726964627175616c");
  for (std::size_t size = 0; size < body.size(); ++size)
    EXPECT_FALSE(decode_mariadb_gtid_event(ByteView(body).first(size))) << size;
  EXPECT_FALSE(decode_mariadb_gtid_event(*from_hex("1000000000000000030000000e2e000000000000")));
}

TEST(MariadbGtidList, GivesEveryDomainAndServer) {
  const Bytes body = *from_hex(
      "03000000050000000b0000000100000000000000030000004d0000000c00000000000000030000000b0000000e00000000000000");
  const auto gtids = decode_mariadb_gtid_list_event(body).value();
  ASSERT_EQ(gtids.size(), 3U);
  EXPECT_EQ(gtids[0].text(), "5-11-1");
  EXPECT_EQ(gtids[1].text(), "3-77-12");
  EXPECT_EQ(gtids[2].text(), "3-11-14");
}

TEST(MariadbGtidList, UpperBitsOfTheCountAreFlags) {
  EXPECT_TRUE(decode_mariadb_gtid_list_event(*from_hex("000000f0")).value().empty());
}

TEST(MariadbGtidList, CountBeyondTheBodyIsRefused) {
  EXPECT_FALSE(decode_mariadb_gtid_list_event(*from_hex("ffffff0f")));
  EXPECT_FALSE(decode_mariadb_gtid_list_event(Bytes(3)));
}

}  // namespace
}  // namespace sluice::binlog
