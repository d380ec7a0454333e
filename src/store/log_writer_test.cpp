#include "store/log_writer.h"

#include <algorithm>

#include <fmt/format.h>

#include "store/log_reader.h"
#include "store/store_test_support.h"

namespace sluice::store {
namespace {

/// Reads a log from `position` to its end through a reader; returns the number of events and checks that they follow
/// each other.
std::size_t read_all(const std::shared_ptr<Log>& log, LogPosition position) {
  LogReader reader(log);
  std::size_t events = 0;
  while (true) {
    const auto piece = reader.read(position);
    if (!piece) {
      ADD_FAILURE() << piece.error().message;
      return events;
    }
    if (std::holds_alternative<AtEnd>(*piece)) return events;
    if (const auto* next = std::get_if<NextFile>(&*piece)) {
      position = {next->number, 4};
    } else if (const auto* large = std::get_if<LargeEvent>(&*piece)) {
      position.offset += large->size;
      ++events;
    } else {
      const auto& block = std::get<std::shared_ptr<const Block>>(*piece);
      std::uint64_t offset = block->begin.offset;
      for (const auto& event : block->events) {
        if (offset >= position.offset) ++events;
        offset += event.size;
      }
      EXPECT_EQ(offset, block->end_offset);
      position.offset = block->end_offset;
    }
  }
}

}  // namespace

TEST(LogWriter, WhatIsNotPublishedIsNotSeen) {
  const Directory directory;
  LogRun run(directory.path);
  run.begin();
  const auto before = run.log->end();
  ASSERT_TRUE(run.transaction(1, "x"));
  EXPECT_EQ(run.log->end(), before);
  ASSERT_TRUE(run.converter->idle());
  EXPECT_GT(run.log->end(), before);
  EXPECT_EQ(run.log->executed().text(), tenant_uuid().text() + ":1");
}

TEST(LogWriter, ARestartInOrderGoesOnWithTheSameBytes) {
  const Directory once;
  LogRun whole(once.path);
  whole.begin();
  whole.transactions(1, 20);
  const Directory twice;
  {
    LogRun first(twice.path);
    first.begin();
    first.transactions(1, 9);
    ASSERT_TRUE(first.writer->close());
  }
  LogRun second(twice.path);
  second.begin();
  EXPECT_TRUE(second.writer->verifying());
  second.transactions(1, 20);
  EXPECT_FALSE(second.writer->verifying());
  EXPECT_EQ(content(twice.path / "mysql-bin.000001"), content(once.path / "mysql-bin.000001"));
}

TEST(LogWriter, CutAtAnyByteRecoveryCutsTheIncompleteTransactionOnly) {
  const Directory directory;
  {
    LogRun run(directory.path);
    run.begin();
    run.transactions(1, 3, 20);
  }
  const auto path = directory.path / "mysql-bin.000001";
  const std::string whole = content(path);
  std::vector<std::uint64_t> ends;
  ASSERT_TRUE(binlog::walk_binlog_file(as_bytes(whole), [&](const binlog::FileEvent& event) -> Result<void> {
    if (event.header.type == EventType::previous_gtids || event.header.type == EventType::query) {
      ends.push_back(event.offset + event.header.event_size);
    }
    return {};
  }));
  for (std::uint64_t size = ends.front(); size <= whole.size(); ++size) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << whole;
    cut(path, size);
    const LogRun run(directory.path);
    const auto expected = *(std::ranges::upper_bound(ends, size) - 1);
    ASSERT_EQ(run.log->end().offset, expected) << size;
    ASSERT_EQ(content(path), whole.substr(0, expected));
  }
}

TEST(LogWriter, AFileCutInItsHeaderIsMadeAnew) {
  const Directory directory;
  {
    LogRun run(directory.path, 400);
    run.begin();
    run.transactions(1, 3);
  }
  std::vector<std::string> files;
  for (std::uint64_t number = 1; std::filesystem::exists(directory.path / fmt::format("mysql-bin.{:06}", number));
       ++number) {
    files.push_back(content(directory.path / fmt::format("mysql-bin.{:06}", number)));
  }
  ASSERT_GE(files.size(), 2U);
  cut(directory.path / fmt::format("mysql-bin.{:06}", files.size()), 50);
  LogRun run(directory.path, 400);
  run.begin();
  run.transactions(1, 3);
  EXPECT_EQ(content(directory.path / fmt::format("mysql-bin.{:06}", files.size())), files.back());
}

TEST(LogWriter, ASourceThatGivesOtherBytesStopsItAndAppendsNothing) {
  const Directory directory;
  {
    LogRun run(directory.path);
    run.begin();
    run.transactions(1, 3);
    ASSERT_TRUE(run.writer->close());
  }
  const std::string before = content(directory.path / "mysql-bin.000001");
  LogRun run(directory.path);
  run.begin();
  const auto other = run.transaction(1, "something else");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().kind, ErrorKind::refused);
  EXPECT_NE(other.error().message.find("mysql-bin.000001"), std::string::npos);
  EXPECT_EQ(content(directory.path / "mysql-bin.000001"), before);
}

TEST(LogWriter, ALongerLastTransactionStopsItToo) {
  const Directory directory;
  {
    LogRun run(directory.path);
    run.begin();
    ASSERT_TRUE(run.transaction(1, "short"));
    ASSERT_TRUE(run.writer->close());
  }
  LogRun run(directory.path);
  run.begin();
  EXPECT_FALSE(run.transaction(1, "short and then longer"));
}

TEST(LogWriter, TakenUpAtTheEndNothingIsCompared) {
  const Directory directory;
  {
    LogRun run(directory.path);
    run.begin();
    run.transactions(1, 3);
    ASSERT_TRUE(run.writer->close());
  }
  LogRun run(directory.path);
  run.begin(LogWriter::TakeUp::end);
  EXPECT_EQ(run.taken_up.source_place, "behind 3");
  EXPECT_EQ(run.taken_up.last_sequence, 3);
  EXPECT_EQ(run.taken_up.last_timestamp, 1003U);
  run.transactions(4, 4);
  EXPECT_EQ(events_in(content(directory.path / "mysql-bin.000001")), 2U + 4 * 2);
}

TEST(LogWriter, APlaceThatMovedWhileTheSourceWasIdleSurvivesAKill) {
  const Directory directory;
  {
    LogRun run(directory.path);
    run.begin();
    run.transactions(1, 3);
    ASSERT_TRUE(run.converter->moved("the next file"));
  }
  {
    LogRun run(directory.path);
    run.begin(LogWriter::TakeUp::end);
    EXPECT_EQ(run.taken_up.source_place, "the next file");
    run.transactions(4, 4);
  }
  LogRun run(directory.path);
  run.begin(LogWriter::TakeUp::end);
  EXPECT_EQ(run.taken_up.source_place, "");  // of the log's end as it is now it says nothing
}

TEST(LogWriter, MarksLetConversionBeTakenUpNearTheEnd) {
  const Directory directory;
  {
    LogRun run(directory.path);
    run.begin();
    run.transactions(1, 100, 20'000);
    ASSERT_TRUE(run.writer->close());
  }
  LogRun run(directory.path);
  run.begin();
  EXPECT_GT(run.taken_up.offset, 1'500'000U);
  const std::uint64_t next = run.taken_up.executed.sources().begin()->second.back().end;
  EXPECT_EQ(run.taken_up.source_place, "behind " + std::to_string(next - 1));
  run.transactions(next, 101, 20'000);
  EXPECT_FALSE(run.writer->verifying());
}

TEST(LogWriter, MarksLostInACrashTakeNoGtidsWithThem) {
  const Directory directory;
  {
    LogRun run(directory.path);
    run.begin();
    run.transactions(1, 60, 20'000);
  }
  cut(directory.path / "marks" / "mysql-bin.000001.marks", 60);
  {
    LogRun run(directory.path);
    run.begin();
    run.transactions(1, 120, 20'000);
    ASSERT_TRUE(run.writer->close());
  }
  LogRun run(directory.path);
  EXPECT_EQ(run.log->executed().text(), tenant_uuid().text() + ":1-120");
  run.begin();
  const auto& intervals = run.taken_up.executed.sources().begin()->second;
  EXPECT_EQ(intervals.size(), 1U);
}

TEST(LogWriter, DamageBehindTheLastMarkIsCutAndACopyKept) {
  const Directory directory;
  {
    LogRun run(directory.path);
    run.begin();
    run.transactions(1, 3);
  }
  const auto path = directory.path / "mysql-bin.000001";
  const std::string whole = content(path);
  flip(path, whole.size() - 200);
  LogRun run(directory.path);
  EXPECT_LT(run.log->end().offset, whole.size());
  run.begin();
  run.transactions(1, 3);
  EXPECT_EQ(content(path), whole);
  EXPECT_FALSE(std::filesystem::is_empty(directory.path / "damaged"));
}

TEST(LogWriter, ADamagedEventIsReportedAndNotServed) {
  const Directory directory;
  LogRun run(directory.path, 4096);
  run.begin();
  run.transactions(1, 100);
  flip(directory.path / "mysql-bin.000001", 1000);
  const auto reopened = std::make_shared<Log>(directory.path);
  run.writer.reset();
  const auto writer = LogWriter::open(reopened);
  ASSERT_TRUE(writer);
  LogReader reader(reopened);
  LogPosition position{1, 4};
  while (true) {
    const auto piece = reader.read(position);
    if (!piece) {
      EXPECT_EQ(piece.error().kind, ErrorKind::corrupt);
      EXPECT_NE(piece.error().message.find("mysql-bin.000001"), std::string::npos);
      EXPECT_LE(position.offset, 1000U);
      break;
    }
    const auto block = std::get<std::shared_ptr<const Block>>(*piece);
    position.offset = block->end_offset;
    ASSERT_LE(position.offset, 1000U);
  }
}

TEST(LogWriter, ReadersGoFromFileToFile) {
  const Directory directory;
  LogRun run(directory.path, 4096);
  run.begin();
  run.transactions(1, 200);
  std::size_t events = 0;
  for (const auto& file : run.log->files())
    events += events_in(content(run.log->path_of(file.number)));
  EXPECT_EQ(read_all(run.log, {1, 4}), events);
  run.writer.reset();
  const auto reopened = std::make_shared<Log>(directory.path);
  ASSERT_TRUE(LogWriter::open(reopened));
  EXPECT_EQ(read_all(reopened, {1, 4}), events);
}

TEST(LogWriter, ALongTransactionIsInvisibleUntilItsCommit) {
  const Directory directory;
  LogRun run(directory.path);
  run.begin();
  run.transactions(1, 1);
  const auto before = run.log->end();
  ASSERT_TRUE(run.converter->begin(start_of(2)));
  const EventHeader header{
      .timestamp = 1, .type = EventType::query, .server_id = 7, .event_size = 0, .log_pos = 0, .flags = 0};
  ASSERT_TRUE(run.converter->event(header, query("BEGIN")));
  for (int i = 0; i < 12; ++i)
    ASSERT_TRUE(run.converter->event(header, query(std::string(3U << 20U, 'x'))));
  EXPECT_EQ(run.log->end(), before);
  ASSERT_TRUE(run.converter->event(header, query("COMMIT")));
  ASSERT_TRUE(run.converter->commit("behind 2"));
  ASSERT_TRUE(run.converter->idle());
  EXPECT_EQ(events_in(content(directory.path / "mysql-bin.000001")), 2U + 2 + 1 + 14);
  EXPECT_EQ(read_all(run.log, {1, 4}), 2U + 2 + 1 + 14);
}

TEST(LogWriter, ABrokenOffLongTransactionLeavesTheFileAsItWas) {
  const Directory directory;
  LogRun run(directory.path);
  run.begin();
  run.transactions(1, 1);
  const std::string before = content(directory.path / "mysql-bin.000001");
  ASSERT_TRUE(run.converter->begin(start_of(2)));
  const EventHeader header{
      .timestamp = 1, .type = EventType::query, .server_id = 7, .event_size = 0, .log_pos = 0, .flags = 0};
  for (int i = 0; i < 12; ++i)
    ASSERT_TRUE(run.converter->event(header, query(std::string(3U << 20U, 'x'))));
  run.converter->abort();
  EXPECT_EQ(content(directory.path / "mysql-bin.000001"), before);
  run.transactions(2, 3);
  EXPECT_EQ(events_in(content(directory.path / "mysql-bin.000001")), 2U + 3 * 2);
}

TEST(LogWriter, FileNumbersGrowBeyondSixDigits) {
  const Directory directory;
  LogRun run(directory.path, 4096);
  convert::LogState state;
  state.file = 999999;
  state.source_place = "start";
  run.converter = std::make_unique<convert::Converter>(run.layout, state, *run.writer);
  ASSERT_TRUE(run.converter->format(binlog::mysql57_format_description("5.7.44-test"), 0));
  run.transactions(1, 100);
  EXPECT_TRUE(std::filesystem::exists(directory.path / "mysql-bin.1000000"));
  run.writer.reset();
  LogRun again(directory.path, 4096);
  EXPECT_EQ(again.log->files().front().number, 999999U);
  EXPECT_EQ(again.log->end(), run.log->end());
}

TEST(Log, AGtidIsFoundByItsMark) {
  const Directory directory;
  LogRun run(directory.path);
  run.begin();
  run.transactions(1, 100, 20'000);
  binlog::GtidSet known;
  EXPECT_EQ(run.log->find(known), (LogPosition{1, 4}));
  known.add({tenant_uuid(), ""}, {1, 51});
  const auto position = run.log->find(known);
  ASSERT_TRUE(position);
  LogReader reader(run.log);
  const auto event = reader.read_event(*position, 1000);
  ASSERT_TRUE(event);
  const auto gtid = binlog::decode_gtid_event(EventType::gtid, ByteView(*event).subspan(19).first(event->size() - 23));
  EXPECT_LE(gtid->gtid.number, 51U);
  EXPECT_GT(gtid->gtid.number, 51U - 15);
}

TEST(Log, PurgedGtidsAreNotFound) {
  const Directory directory;
  LogRun run(directory.path);
  convert::LogState state;
  state.source_place = "start";
  state.executed.add({tenant_uuid(), ""}, {1, 10});
  run.converter = std::make_unique<convert::Converter>(run.layout, state, *run.writer);
  ASSERT_TRUE(run.converter->format(binlog::mysql57_format_description("5.7.44-test"), 0));
  binlog::GtidSet known;
  known.add({tenant_uuid(), ""}, {1, 9});
  EXPECT_EQ(run.log->find(known).error().kind, ErrorKind::not_found);
}

TEST(Log, APositionInsideAnEventIsInvalid) {
  const Directory directory;
  LogRun run(directory.path);
  run.begin();
  run.transactions(1, 50, 20'000);
  const auto end = run.log->end();
  EXPECT_TRUE(run.log->check_position({1, 4}));
  EXPECT_TRUE(run.log->check_position(end));
  EXPECT_EQ(run.log->check_position({1, end.offset - 1}).error().kind, ErrorKind::invalid);
  EXPECT_EQ(run.log->check_position({1, 500'000}).error().kind, ErrorKind::invalid);
  EXPECT_EQ(run.log->check_position({1, end.offset + 1}).error().kind, ErrorKind::limit);
  EXPECT_EQ(run.log->check_position({2, 4}).error().kind, ErrorKind::not_found);
}

TEST(LogWriter, AMissingFileIsReported) {
  const Directory directory;
  {
    LogRun run(directory.path, 4096);
    run.begin();
    run.transactions(1, 100);
  }
  std::filesystem::remove(directory.path / "mysql-bin.000002");
  const auto opened = LogWriter::open(std::make_shared<Log>(directory.path));
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("mysql-bin.000002"), std::string::npos);
}

}  // namespace sluice::store
