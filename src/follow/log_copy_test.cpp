#include "follow/log_copy.h"

#include <map>

#include "binlog/log_file_name.h"
#include "binlog/other_events.h"
#include "store/store_test_support.h"

namespace sluice::follow {
namespace {

using binlog::EventHeader;
using binlog::EventType;

/// A primary's log of several files, and the same as its followers get it.
struct LogCopyTest : testing::Test, PlaceFinder {
  LogCopyTest() {
    primary.begin();
    primary.transactions(1, 60, 10'000);
    copied_log = std::make_shared<store::Log>(follower.path);
    writer = *store::LogWriter::open(copied_log);
  }

  Result<std::optional<SourcePlace>> find(const store::LogPosition& position) override {
    asked.push_back(position);
    const auto place = places.find(position);
    return place == places.end() ? std::nullopt : std::optional(place->second);
  }

  static Bytes artificial_rotate(std::uint64_t file, std::uint64_t offset) {
    return binlog::make_event({.type = EventType::rotate, .flags = binlog::flag_artificial},
                              binlog::encode_rotate_event(offset, binlog::log_file_name(file)),
                              binlog::Checksum::crc32);
  }

  /// The events of a file from `begin` on, as COM_BINLOG_DUMP gives them.
  std::vector<Bytes> events(std::uint64_t file, std::uint64_t begin = 4) {
    std::vector<Bytes> list = {artificial_rotate(file, begin)};
    const std::string bytes = store::content(primary.log->path_of(file));
    for (std::uint64_t at = begin; at < bytes.size();) {
      const auto size = load_little_endian(as_bytes(bytes).data() + at + EventHeader::event_size_offset, 4);
      const auto event = as_bytes(bytes).subspan(at, size);
      list.emplace_back(event.begin(), event.end());
      at += size;
    }
    return list;
  }

  Result<void> take_all(LogCopy& copy, const std::vector<Bytes>& list) {
    for (const Bytes& event : list) {
      if (auto taken = copy.take(event); !taken) return taken;
    }
    return copy.idle();
  }

  void expect_same_files() {
    const auto files = primary.log->files();
    ASSERT_EQ(copied_log->files().size(), files.size());
    for (const auto& file : files)
      EXPECT_EQ(store::content(copied_log->path_of(file.number)), store::content(primary.log->path_of(file.number)));
    EXPECT_EQ(copied_log->executed(), primary.log->executed());
  }

  void copy_all() {
    LogCopy copy({}, *writer, *this);
    for (const auto& file : primary.log->files())
      ASSERT_TRUE(take_all(copy, events(file.number)));
  }

  store::Directory directory;
  store::Directory follower;
  store::LogRun primary{directory.path, 200'000};
  std::shared_ptr<store::Log> copied_log;
  std::unique_ptr<store::LogWriter> writer;
  std::map<store::LogPosition, SourcePlace> places;
  std::vector<store::LogPosition> asked;
};

TEST_F(LogCopyTest, WritesTheSameFiles) {
  ASSERT_GE(primary.log->files().size(), 3);
  copy_all();
  expect_same_files();
}

TEST_F(LogCopyTest, TakesAMarkWithAPlaceWhereThePrimaryHasOne) {
  const std::uint64_t first = events(1)[1].size() + events(1)[2].size() + 4;
  places[{1, first}] = {.offset = first, .previous_timestamp = 5, .source_place = "here"};
  copy_all();
  const auto marks = store::load_marks(store::mark_file_path(copied_log->path_of(1)));
  ASSERT_FALSE(marks.empty());
  EXPECT_EQ(marks.front().source_place, "here");
  EXPECT_EQ(marks.front().previous_timestamp, 5);
}

TEST_F(LogCopyTest, GoesOnWhereItEnded) {
  LogCopy copy({}, *writer, *this);
  const auto first = events(1);
  ASSERT_TRUE(take_all(copy, {first.begin(), first.begin() + 9}));
  copy.break_off();
  LogCopy again(copied_log->end(), *writer, *this);
  ASSERT_TRUE(writer->take_up(store::LogWriter::TakeUp::end));
  ASSERT_TRUE(take_all(again, events(1, copied_log->end().offset)));
  EXPECT_EQ(copied_log->end().file, 1);
  for (const auto& file : primary.log->files()) {
    if (file.number == 1) continue;
    ASSERT_TRUE(take_all(again, events(file.number)));
  }
  expect_same_files();
}

TEST_F(LogCopyTest, TransactionThatBreaksOffIsDropped) {
  LogCopy copy({}, *writer, *this);
  const auto first = events(1);  // ROTATE, two of the header, then GTID and QUERY by turns
  ASSERT_TRUE(take_all(copy, {first.begin(), first.begin() + 6}));
  EXPECT_TRUE(copy.in_transaction());
  copy.break_off();
  EXPECT_FALSE(copy.in_transaction());
  ASSERT_TRUE(copy.idle());
  EXPECT_EQ(copy.next(), copied_log->end());
  EXPECT_EQ(copied_log->executed().text(), store::tenant_uuid().text() + ":1");
}

TEST_F(LogCopyTest, MissingEventIsRefused) {
  LogCopy copy({}, *writer, *this);
  auto first = events(1);
  first.erase(first.begin() + 3, first.begin() + 5);  // a whole transaction
  const auto taken = take_all(copy, first);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind, ErrorKind::corrupt);
  EXPECT_EQ(copied_log->executed().text(), "");
}

TEST_F(LogCopyTest, DamagedEventIsRefused) {
  LogCopy copy({}, *writer, *this);
  auto first = events(1);
  first[4].back() ^= 1;
  EXPECT_FALSE(take_all(copy, first));
}

TEST_F(LogCopyTest, SkippedFileIsRefused) {
  LogCopy copy({}, *writer, *this);
  ASSERT_TRUE(take_all(copy, events(1)));
  EXPECT_FALSE(take_all(copy, events(3)));
}

TEST_F(LogCopyTest, WhatExistsOnTheWireOnlyIsDropped) {
  LogCopy copy({}, *writer, *this);
  ASSERT_TRUE(take_all(copy, events(1)));
  const auto end = copied_log->end();
  const Bytes heartbeat = binlog::make_event({.type = EventType::heartbeat, .log_pos = 7}, as_bytes("mysql-bin.000001"),
                                             binlog::Checksum::crc32);
  ASSERT_TRUE(copy.take(heartbeat));
  Bytes format = events(1)[1];
  store_little_endian(format.data() + EventHeader::log_pos_offset, 0, 4);
  binlog::write_checksum(format);
  ASSERT_TRUE(copy.take(format));
  EXPECT_EQ(copied_log->end(), end);
}

TEST_F(LogCopyTest, TellsOfFilesAndTransactionsThatEnded) {
  LogCopy copy({}, *writer, *this);
  std::size_t transactions = 0;
  const auto first = events(1);
  for (const Bytes& event : first) {
    ASSERT_TRUE(copy.take(event));
    if (copy.ended_transaction()) ++transactions;
  }
  EXPECT_EQ(transactions, (first.size() - 4) / 2);
  ASSERT_TRUE(copy.ended_file());
  EXPECT_EQ(*copy.ended_file(), (store::LogPosition{1, primary.log->file(1)->size}));
}

}  // namespace
}  // namespace sluice::follow
