#include "binlog/other_events.h"

#include <gtest/gtest.h>

#include "base/hex.h"

namespace sluice::binlog {
namespace {

TEST(RotateEvent, Of97RoundTrips) {
  const Bytes body = *from_hex("040000000000000062696e6c6f672e303030303034");
  const RotateEvent event = decode_rotate_event(body).value();
  EXPECT_EQ(event.position, 4U);
  EXPECT_EQ(event.file, "binlog.000004");
  EXPECT_EQ(encode_rotate_event(event.position, event.file), body);
}

TEST(RotateEvent, WithoutFileIsRefused) {
  EXPECT_FALSE(decode_rotate_event(Bytes(7)));
  EXPECT_FALSE(decode_rotate_event(Bytes(8)));
}

TEST(XaPrepareEvent, Of97RoundTrips) {
  const Bytes body = *from_hex("000700000005000000050000006774726964627175616c");
  const XaPrepareEvent event = decode_xa_prepare_event(body).value();
  EXPECT_FALSE(event.one_phase);
  EXPECT_EQ(event.format_id, 7);
  EXPECT_EQ(event.global_id, "gtrid");
  EXPECT_EQ(event.branch_id, "bqual");
  EXPECT_EQ(encode_xa_prepare_event(event), body);
}

TEST(XaPrepareEvent, OnePhaseRoundTrips) {
  const Bytes body = *from_hex(
      "0101000000060000000000000067747269"
      "6432");
  EXPECT_TRUE(decode_xa_prepare_event(body).value().one_phase);
  EXPECT_EQ(encode_xa_prepare_event(decode_xa_prepare_event(body).value()), body);
}

TEST(XaPrepareEvent, IdsAboveTheirLimitOrTheBodyAreRefused) {
  EXPECT_FALSE(decode_xa_prepare_event(*from_hex("00070000000500000005000000677472696462717561")));
  Bytes long_id = *from_hex("00070000004100000000000000");
  long_id.insert(long_id.end(), 65, 'x');
  EXPECT_FALSE(decode_xa_prepare_event(long_id));
}

TEST(XidText, IsTheServersOwn) {
  EXPECT_EQ(xid_text("gtrid", "bqual", 7), "X'6774726964',X'627175616c',7");
  EXPECT_EQ(xid_text("", "", -1), "X'',X'',4294967295");
  EXPECT_EQ(xid_text(std::string_view("\0\xff\n", 3), "q", 1), "X'00ff0a',X'71',1");
}

TEST(RowsQueryEvent, OfMySql56RoundTrips) {
  const std::string statement = "insert into t values(1,'x')";
  const Bytes body = encode_rows_query_event(statement);
  EXPECT_EQ(body[0], 0x1B);
  EXPECT_EQ(decode_rows_query_event(body).value(), statement);
}

TEST(RowsQueryEvent, LengthByteDoesNotLimitTheStatement) {
  const std::string statement(300, 'x');
  EXPECT_EQ(encode_rows_query_event(statement)[0], 300 % 256);
  EXPECT_EQ(decode_rows_query_event(encode_rows_query_event(statement)).value(), statement);
  EXPECT_FALSE(decode_rows_query_event({}));
}

}  // namespace
}  // namespace sluice::binlog
