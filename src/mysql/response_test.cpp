#include "mysql/response.h"

#include <gtest/gtest.h>

#include "mysql/prefixes_for_test.h"

namespace sluice::mysql {

TEST(Ok, RoundTripsWithInfo) {
  Ok sent;
  sent.affected_rows = 300;
  sent.last_insert_id = 1ULL << 40U;
  sent.warnings = 2;
  sent.info = "Rows matched: 1";
  const Bytes payload = encode_ok(sent);
  EXPECT_TRUE(is_ok(payload));
  const auto got = decode_ok(payload);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->affected_rows, sent.affected_rows);
  EXPECT_EQ(got->last_insert_id, sent.last_insert_id);
  EXPECT_EQ(got->status, status_flag::autocommit);
  EXPECT_EQ(got->warnings, 2);
  EXPECT_EQ(got->info, sent.info);
}

TEST(Ok, SessionStateOnlyWhereTheClientTracksIt) {
  Ok sent;
  sent.session_state = {1, 3, 2, 'd', '1'};
  EXPECT_EQ(decode_ok(encode_ok(sent, capability::session_track), capability::session_track)->session_state,
            sent.session_state);
  EXPECT_EQ(encode_ok(sent), encode_ok({}));
}

TEST(Ok, InfoWithoutLengthIsReadToo) {
  Bytes payload = encode_ok({});
  payload.insert(payload.end(), {'a', 'b', 'c'});
  EXPECT_EQ(decode_ok(payload)->info, "abc");
}

TEST(Ok, CutShortNeverCrashes) {
  Ok sent;
  sent.info = "info";
  sent.session_state = {1, 2, 3};
  for (const Capabilities capabilities : {Capabilities{0}, capability::session_track}) {
    for_each_prefix(encode_ok(sent, capabilities),
                    [&](ByteView prefix) { EXPECT_TRUE(!decode_ok(prefix, capabilities) || prefix.size() >= 7); });
  }
}

TEST(SqlError, RoundTrips) {
  const Bytes payload = encode_error({1236, "HY000", "no such file"});
  EXPECT_TRUE(is_error(payload));
  const auto got = decode_error(payload);
  EXPECT_EQ(got->code, 1236);
  EXPECT_EQ(got->sqlstate, "HY000");
  EXPECT_EQ(got->message, "no such file");
}

TEST(SqlError, BeforeTheGreetingThereIsNoState) {
  const Bytes payload{0xFF, 0x10, 0x04, 'T', 'o', 'o', ' ', 'm', 'a', 'n', 'y'};
  EXPECT_EQ(decode_error(payload)->message, "Too many");
  EXPECT_EQ(decode_error(payload)->sqlstate, "");
}

TEST(SqlError, CutShortNeverCrashes) {
  for_each_prefix(encode_error({1045, "28000", "no"}),
                  [](ByteView prefix) { EXPECT_EQ(decode_error(prefix).has_value(), prefix.size() >= 3); });
}

TEST(SqlError, AStateOfAnotherSizeIsMadeToFit) {
  EXPECT_EQ(decode_error(encode_error({1, "ABCDEFG", "x"}))->sqlstate, "ABCDE");
  EXPECT_EQ(decode_error(encode_error({1, "", "x"}))->sqlstate, "HY000");
}

TEST(SqlError, KindTellsWhatPassesByItself) {
  EXPECT_EQ(to_error({1040, "08004", "Too many connections"}).kind, ErrorKind::io);
  EXPECT_EQ(to_error({4031, "HY000", "idle"}).kind, ErrorKind::io);
  const Error denied = to_error({1045, "28000", "Access denied"});
  EXPECT_EQ(denied.kind, ErrorKind::refused);
  EXPECT_EQ(denied.code, 1045);
  EXPECT_EQ(denied.message, "Access denied (1045)");
}

TEST(SqlError, ControlCharactersDoNotReachOurLog) {
  EXPECT_EQ(decode_error(encode_error({1, "HY000", "a\nb\x1b[1m"}))->message, "a?b?[1m");
}

TEST(Eof, RoundTripsAndIsNoLongRow) {
  Eof sent;
  sent.warnings = 7;
  sent.status = status_flag::in_trans;
  const Bytes payload = encode_eof(sent);
  EXPECT_EQ(payload, (Bytes{0xFE, 7, 0, 1, 0}));
  EXPECT_TRUE(is_eof(payload));
  EXPECT_EQ(decode_eof(payload)->warnings, 7);
  EXPECT_EQ(decode_eof(payload)->status, status_flag::in_trans);
  EXPECT_FALSE(is_eof(Bytes{0xFE, 0, 0, 0, 1, 0, 0, 0, 0}));
  for_each_prefix(payload, [](ByteView prefix) { EXPECT_FALSE(decode_eof(prefix)); });
}

}  // namespace sluice::mysql
