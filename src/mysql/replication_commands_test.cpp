#include "mysql/replication_commands.h"

#include <gtest/gtest.h>

#include "mysql/prefixes_for_test.h"

namespace sluice::mysql {

TEST(BinlogDump, HasTheLayoutOfTheManual) {
  EXPECT_EQ(encode_binlog_dump({4, dump_flag::non_block, 0x01020304, "b.1"}),
            (Bytes{18, 4, 0, 0, 0, 1, 0, 4, 3, 2, 1, 'b', '.', '1'}));
}

TEST(BinlogDump, RoundTripsAlsoWithoutFile) {
  for (const std::string file : {"", "mysql-bin.000001"}) {
    const auto got = decode_binlog_dump(encode_binlog_dump({~0U, 0, 7, file}));
    ASSERT_TRUE(got);
    EXPECT_EQ(got->position, ~0U);
    EXPECT_EQ(got->server_id, 7U);
    EXPECT_EQ(got->file, file);
  }
}

TEST(BinlogDump, TheFileEndsAtAZeroByte) {
  EXPECT_EQ(decode_binlog_dump(encode_binlog_dump({4, 0, 7, std::string("a\0b", 3)}))->file, "a");
}

TEST(BinlogDump, CutShortFailsUpToTheFile) {
  for_each_prefix(encode_binlog_dump({4, 0, 7, "b.1"}),
                  [](ByteView prefix) { EXPECT_EQ(decode_binlog_dump(prefix).has_value(), prefix.size() >= 11); });
}

TEST(BinlogDump, ALongFileNameIsAboveTheLimit) {
  EXPECT_TRUE(decode_binlog_dump(encode_binlog_dump({4, 0, 7, std::string(binlog_name_size_max, 'x')})));
  EXPECT_EQ(decode_binlog_dump(encode_binlog_dump({4, 0, 7, std::string(binlog_name_size_max + 1, 'x')})).error().kind,
            ErrorKind::limit);
}

TEST(BinlogDumpGtid, RoundTrips) {
  const auto got = decode_binlog_dump_gtid(encode_binlog_dump_gtid({1, 7, "f", 1ULL << 33U, Bytes(48, 9)}));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->flags, 1);
  EXPECT_EQ(got->server_id, 7U);
  EXPECT_EQ(got->file, "f");
  EXPECT_EQ(got->position, 1ULL << 33U);
  EXPECT_EQ(got->gtid_set, Bytes(48, 9));
}

TEST(BinlogDumpGtid, TheSetMayBeMissingButNotCutShort) {
  const std::size_t set_at = 1 + 2 + 4 + 4 + 1 + 8;
  for_each_prefix(encode_binlog_dump_gtid({0, 7, "f", 4, Bytes(16, 9)}), [&](ByteView prefix) {
    EXPECT_EQ(decode_binlog_dump_gtid(prefix).has_value(), prefix.size() == set_at);
  });
}

TEST(BinlogDumpGtid, AnnouncedSizesAreNotBelieved) {
  Bytes payload = encode_binlog_dump_gtid({0, 7, "", 4, {}});
  store_little_endian(payload.data() + payload.size() - 4, ~0U, 4);
  EXPECT_FALSE(decode_binlog_dump_gtid(payload));
  store_little_endian(payload.data() + 7, ~0U, 4);
  EXPECT_FALSE(decode_binlog_dump_gtid(payload));
}

TEST(RegisterReplica, RoundTrips) {
  const auto got = decode_register_replica(encode_register_replica({7, "h", "u", "p", 3306, 1, 2}));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->server_id, 7U);
  EXPECT_EQ(got->host, "h");
  EXPECT_EQ(got->user, "u");
  EXPECT_EQ(got->password, "p");
  EXPECT_EQ(got->port, 3306);
  EXPECT_EQ(got->rank, 1U);
  EXPECT_EQ(got->source_id, 2U);
}

TEST(RegisterReplica, FieldsBehindThePasswordMayBeMissing) {
  const std::size_t port_at = 1 + 4 + 3;
  for_each_prefix(encode_register_replica({7, "", "", "", 3306, 1, 2}), [&](ByteView prefix) {
    const std::size_t size = prefix.size();
    EXPECT_EQ(decode_register_replica(prefix).has_value(),
              size == port_at || size == port_at + 2 || size == port_at + 6);
  });
}

}  // namespace sluice::mysql
