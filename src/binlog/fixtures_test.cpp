#include <cstdlib>
#include <filesystem>
#include <map>

#include <gtest/gtest.h>

#include "base/file.h"
#include "binlog/binlog_file.h"
#include "binlog/gtid_event.h"
#include "binlog/gtid_set.h"
#include "binlog/other_events.h"
#include "binlog/query_event.h"

// Binlog files of servers nobody here wrote, which lie outside the repository; their README tells what they hold.

namespace sluice::binlog {
namespace {

using Counts = std::map<EventType, int>;

std::filesystem::path fixtures() {
  const char* const elsewhere = std::getenv("SLUICE_FIXTURES");
  return std::filesystem::path(elsewhere != nullptr ? elsewhere : SLUICE_SOURCE_DIR "/../shared/fixtures") / "binlog";
}

class Fixtures : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::is_directory(fixtures())) {
      GTEST_SKIP() << "NOT TESTED: no real binlog files at " << fixtures().string()
                   << "; set SLUICE_FIXTURES to the folder that holds binlog/";
    }
  }

  static std::string content(const std::string& name) {
    return read_file(fixtures() / (name + ".bin"), 64U << 20U).value();
  }

  static void expect(const std::string& name, const Counts& expected, std::uint64_t checksums) {
    const std::string bytes = content(name);
    Counts counts;
    const auto summary = walk_binlog_file(as_bytes(bytes), [&](const FileEvent& event) -> Result<void> {
      ++counts[event.header.type];
      return {};
    });
    ASSERT_TRUE(summary.has_value()) << summary.error().message;
    EXPECT_EQ(counts, expected);
    EXPECT_EQ(summary->checksums, checksums);
  }

  static std::string message_of(const std::string& name) {
    const std::string bytes = content(name);
    const auto summary = walk_binlog_file(as_bytes(bytes), [](const FileEvent&) -> Result<void> { return {}; });
    return summary ? "no error" : summary.error().message;
  }
};

TEST_F(Fixtures, MySql57WithChecksums) {
  expect("connectorjava-mysql-5.7.21-checksum-crc32",
         {{EventType::format_description, 1},
          {EventType::previous_gtids, 1},
          {EventType::anonymous_gtid, 60},
          {EventType::query, 60},
          {EventType::table_map, 60},
          {EventType::write_rows, 34},
          {EventType::update_rows, 20},
          {EventType::delete_rows, 6},
          {EventType::xid, 60},
          {EventType::rotate, 1}},
         303);
}

TEST_F(Fixtures, MySql57WithoutChecksums) {
  expect("connectorjava-mysql-5.7.20-checksum-none",
         {{EventType::format_description, 1},
          {EventType::previous_gtids, 1},
          {EventType::anonymous_gtid, 40},
          {EventType::query, 40},
          {EventType::table_map, 36},
          {EventType::write_rows, 34},
          {EventType::update_rows, 2},
          {EventType::xid, 36},
          {EventType::stop, 1}},
         0);
}

TEST_F(Fixtures, MySql80Compressed) {
  expect("connectorjava-mysql-8.0.28-compressed",
         {{EventType::format_description, 1},
          {EventType::previous_gtids, 1},
          {EventType::anonymous_gtid, 1},
          {EventType::transaction_payload, 1},
          {EventType::rotate, 1}},
         5);
}

TEST_F(Fixtures, Percona80First) {
  expect("percona-mysql-8.0.45-gtid-000001",
         {{EventType::format_description, 1},
          {EventType::previous_gtids, 1},
          {EventType::gtid, 4},
          {EventType::query, 4},
          {EventType::table_map, 6},
          {EventType::write_rows, 6},
          {EventType::xid, 3},
          {EventType::rotate, 1}},
         26);
}

TEST_F(Fixtures, Percona80Second) {
  expect("percona-mysql-8.0.45-gtid-000002",
         {{EventType::format_description, 1},
          {EventType::previous_gtids, 1},
          {EventType::gtid, 2},
          {EventType::query, 2},
          {EventType::table_map, 2},
          {EventType::update_rows, 1},
          {EventType::delete_rows, 1},
          {EventType::xid, 2},
          {EventType::stop, 1}},
         13);
}

TEST_F(Fixtures, MySql80PartialUpdateAndPayload) {
  expect("mariadbtest-mysql-8.0.40-partial-update-and-payload",
         {{EventType::format_description, 1},
          {EventType::previous_gtids, 1},
          {EventType::anonymous_gtid, 9},
          {EventType::query, 9},
          {EventType::table_map, 6},
          {EventType::write_rows, 5},
          {EventType::partial_update_rows, 1},
          {EventType::transaction_payload, 1},
          {EventType::xid, 6},
          {EventType::rotate, 1}},
         40);
}

TEST_F(Fixtures, MySql56LoadData) {
  expect("mariadbtest-mysql-5.6.4-rows-v2-and-load-data",
         {{EventType::format_description, 1},
          {EventType::query, 24},
          {EventType::table_map, 3},
          {EventType::write_rows, 1},
          {EventType::update_rows, 1},
          {EventType::delete_rows, 1},
          {EventType::xid, 2},
          {EventType::intvar, 1},
          {EventType::rand, 1},
          {EventType::user_var, 1},
          {EventType::begin_load_query, 1},
          {EventType::append_block, 1},
          {EventType::execute_load_query, 1},
          {EventType::rotate, 1}},
         0);
}

TEST_F(Fixtures, MariaDb100Volume) {
  expect("mariadbtest-mariadb-10.0.11-volume",
         {{EventType::format_description, 1},
          {EventType::mariadb_gtid_list, 1},
          {EventType::mariadb_binlog_checkpoint, 1},
          {EventType::mariadb_gtid, 1381},
          {EventType::query, 54},
          {EventType::table_map, 2487},
          {EventType::write_rows_v1, 1116},
          {EventType::update_rows_v1, 774},
          {EventType::delete_rows_v1, 598},
          {EventType::xid, 1340},
          {EventType::stop, 1}},
         0);
}

TEST_F(Fixtures, OversizeLengthIsRefused) {
  EXPECT_EQ(message_of("mariadbtest-mysql-5.5.17-corrupt-oversize-length"),
            "offset 316: event of type 23 (Write_rows_v1) announces 65567 bytes, but the file ends after 7876");
}

TEST_F(Fixtures, MalformedExtraDataIsRefused) {
  EXPECT_EQ(message_of("mariadbtest-mariadb-10.6.28-corrupt-rows-v2-tag"),
            "offset 256: extra data of rows event is malformed (3 bytes)");
}

TEST_F(Fixtures, EachMalformedExtraDataIsRefusedByItself) {
  const std::string bytes = content("mariadbtest-mariadb-10.6.28-corrupt-rows-v2-tag");
  ByteView rest = as_bytes(bytes).subspan(256);
  int refused = 0;
  while (!rest.empty()) {
    const EventHeader header = decode_event_header(rest).value();
    const ByteView body = rest.subspan(EventHeader::size, header.event_size - EventHeader::size);
    refused += check_event_body(header.type, body, mysql57_format_description("5.7.1")) ? 0 : 1;
    rest = rest.subspan(header.event_size);
  }
  EXPECT_EQ(refused, 3);
}

TEST_F(Fixtures, EncryptedFileIsRefused) {
  EXPECT_NE(
      message_of("mariadbtest-mariadb-10.2.28-encrypted").find("offset 256: what follows is encrypted by MariaDB"),
      std::string::npos);
}

/// The body as our encoder writes what our decoder read, or nothing for types without encoder.
Bytes written_again(const FileEvent& event, ByteView whole) {
  switch (event.header.type) {
    case EventType::format_description:
      return encode_format_description(decode_format_description(whole).value());
    case EventType::gtid:
    case EventType::anonymous_gtid:
      return encode_gtid_event(decode_gtid_event(event.header.type, event.body).value());
    case EventType::previous_gtids:
      return decode_gtid_set(event.body).value().encode();
    case EventType::query:
      return encode_query_event(decode_query_event(event.body).value());
    case EventType::rotate: {
      const RotateEvent rotate = decode_rotate_event(event.body).value();
      return encode_rotate_event(rotate.position, rotate.file);
    }
    default:
      return {event.body.begin(), event.body.end()};
  }
}

TEST_F(Fixtures, WhatWeCanEncodeComesOutAsTheServerWroteIt) {
  for (const auto& entry : std::filesystem::directory_iterator(fixtures())) {
    if (entry.path().extension() != ".bin") continue;
    const std::string bytes = read_file(entry.path(), 64U << 20U).value();
    const auto summary = walk_binlog_file(as_bytes(bytes), [&](const FileEvent& event) -> Result<void> {
      const Bytes again = written_again(event, as_bytes(bytes).subspan(event.offset, event.header.event_size));
      EXPECT_EQ(again, Bytes(event.body.begin(), event.body.end())) << entry.path() << " at " << event.offset;
      return {};
    });
    EXPECT_EQ(summary.has_value(), entry.path().string().find("corrupt") == std::string::npos &&
                                       entry.path().string().find("encrypted") == std::string::npos);
  }
}

}  // namespace
}  // namespace sluice::binlog
