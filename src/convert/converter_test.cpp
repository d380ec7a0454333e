#include "convert/converter.h"

#include <gtest/gtest.h>

#include "base/byte_writer.h"
#include "binlog/binlog_file.h"
#include "binlog/query_event.h"
#include "binlog/table_map_event.h"

namespace sluice::convert {
namespace {

using binlog::EventHeader;
using binlog::EventType;

/// Keeps files in memory, as a log does.
class MemoryLog : public LogSink {
 public:
  std::map<std::uint64_t, Bytes> files;
  std::vector<std::string> places;  ///< of the transactions at which the log can be taken up
  std::uint64_t open = 0;

  Result<void> open_file(std::uint64_t number, ByteView header, const binlog::GtidSet&, const Resume&) override {
    open = number;
    files[number].assign(header.begin(), header.end());
    return {};
  }
  Result<void> close_file(ByteView rotate_event) override { return append(rotate_event); }
  Result<void> begin(const std::optional<Resume>& resume) override {
    begin_ = files[open].size();
    if (resume) places.emplace_back(resume->source_place);
    return {};
  }
  Result<void> append(ByteView events) override {
    files[open].insert(files[open].end(), events.begin(), events.end());
    return {};
  }
  Result<void> append_provisional(ByteView event) override { return append(event); }
  Result<void> replace_provisional(ByteView event) override {
    std::ranges::copy(event, files[open].begin() + static_cast<std::ptrdiff_t>(begin_));
    return {};
  }
  Result<void> commit(const binlog::Gtid&, std::string_view) override { return {}; }
  void abort() override { files[open].resize(begin_); }
  Result<void> moved(std::string_view) override { return {}; }
  std::optional<bool> file_ends_here() override { return std::nullopt; }
  Result<void> publish() override { return {}; }

 private:
  std::size_t begin_ = 0;
};

binlog::FormatDescription mysql57() {
  return binlog::mysql57_format_description("5.7.44-test");
}

Bytes query(std::string_view text) {
  return binlog::encode_query_event(
      {.thread_id = 1, .execution_time = 0, .error_code = 0, .status_variables = {}, .database = "d", .text = text});
}

TransactionStart start_of(std::uint64_t number, std::uint32_t timestamp = 100) {
  TransactionStart start{
      .timestamp = timestamp, .server_id = 7, .flags = 0, .gtid = {}, .clock_epoch = "", .commit_group = std::nullopt};
  start.gtid.gtid = {{derive_uuid("a.b", 0), ""}, number};
  return start;
}

EventHeader header_of(EventType type) {
  return {.timestamp = 100, .type = type, .server_id = 7, .event_size = 0, .log_pos = 0, .flags = 0};
}

void convert(Converter& converter, const TransactionStart& start, std::string_view statement) {
  ASSERT_TRUE(converter.begin(start));
  ASSERT_TRUE(converter.event(header_of(EventType::query), query(statement)));
  ASSERT_TRUE(converter.commit("place " + std::to_string(start.gtid.gtid.number)));
}

/// All events of a file, verified.
std::vector<binlog::FileEvent> events_of(const Bytes& file) {
  std::vector<binlog::FileEvent> events;
  const auto walked = binlog::walk_binlog_file(file, [&](const binlog::FileEvent& event) -> Result<void> {
    events.push_back(event);
    return {};
  });
  EXPECT_TRUE(walked) << walked.error().message;
  return events;
}

binlog::GtidEvent gtid_of(const binlog::FileEvent& event) {
  return *binlog::decode_gtid_event(event.header.type, event.body);
}

struct Fixture {
  Layout layout{.server_id = 99, .assigned_uuid = derive_uuid("a.b", 1), .max_binlog_size = 1U << 30U};
  MemoryLog log;
  LogState state;
};

}  // namespace

TEST(Converter, TheLogIsThereBeforeItsFirstTransaction) {
  Fixture fixture;
  Converter converter(fixture.layout, fixture.state, fixture.log);
  ASSERT_TRUE(converter.format(mysql57(), 55));
  const auto events = events_of(fixture.log.files.at(1));
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].header.timestamp, 55U);
  EXPECT_EQ(events[0].header.server_id, 99U);
}

TEST(Converter, EventsSayWhereTheyEnd) {
  Fixture fixture;
  Converter converter(fixture.layout, fixture.state, fixture.log);
  ASSERT_TRUE(converter.format(mysql57(), 0));
  convert(converter, start_of(1), "CREATE TABLE t (a INT)");
  for (const auto& event : events_of(fixture.log.files.at(1))) {
    EXPECT_EQ(event.header.log_pos, event.offset + event.header.event_size);
  }
}

TEST(Converter, AFileEndsWithTheTransactionThatReachesItsSize) {
  Fixture fixture;
  fixture.layout.max_binlog_size = 600;
  Converter converter(fixture.layout, fixture.state, fixture.log);
  ASSERT_TRUE(converter.format(mysql57(), 0));
  for (std::uint64_t number = 1; number <= 6; ++number)
    convert(converter, start_of(number), "DROP TABLE a_table_of_some_length");
  ASSERT_GT(fixture.log.files.size(), 1U);
  const auto first = events_of(fixture.log.files.at(1));
  EXPECT_EQ(first.back().header.type, EventType::rotate);
  EXPECT_LT(first.back().offset - 600, 200U);
  const auto second = events_of(fixture.log.files.at(2));
  EXPECT_EQ(binlog::decode_gtid_set(second[1].body)->text(),
            derive_uuid("a.b", 0).text() + ":1-" + std::to_string((first.size() - 3) / 2));
}

TEST(Converter, WrittenAnewFromAFileBoundaryTheBytesAreTheSame) {
  Fixture fixture;
  fixture.layout.max_binlog_size = 600;
  Converter converter(fixture.layout, fixture.state, fixture.log);
  ASSERT_TRUE(converter.format(mysql57(), 0));
  for (std::uint64_t number = 1; number <= 9; ++number)
    convert(converter, start_of(number), "DROP TABLE a_table_of_some_length");
  const auto first_of_second = gtid_of(events_of(fixture.log.files.at(2))[2]).gtid.number;

  LogState boundary;
  boundary.file = 2;
  boundary.last_timestamp = 100;
  boundary.executed.add({derive_uuid("a.b", 0), ""}, {1, first_of_second});
  MemoryLog again;
  Converter second(fixture.layout, boundary, again);
  ASSERT_TRUE(second.format(mysql57(), 12345));
  for (std::uint64_t number = first_of_second; number <= 9; ++number) {
    convert(second, start_of(number), "DROP TABLE a_table_of_some_length");
  }
  EXPECT_EQ(again.files.at(2), fixture.log.files.at(2));
}

TEST(Converter, TransactionsWithoutGtidAreNumberedOn) {
  Fixture fixture;
  fixture.state.executed.add({fixture.layout.assigned_uuid, ""}, {1, 42});
  Converter converter(fixture.layout, fixture.state, fixture.log);
  ASSERT_TRUE(converter.format(mysql57(), 0));
  convert(converter, start_of(0), "DROP TABLE t");
  const auto gtid = gtid_of(events_of(fixture.log.files.at(1))[2]).gtid;
  EXPECT_EQ(gtid.number, 42U);
  EXPECT_EQ(gtid.source.uuid, fixture.layout.assigned_uuid);
}

TEST(Converter, AGtidThatComesAgainIsRefused) {
  Fixture fixture;
  Converter converter(fixture.layout, fixture.state, fixture.log);
  ASSERT_TRUE(converter.format(mysql57(), 0));
  convert(converter, start_of(1), "DROP TABLE t");
  const auto again = converter.begin(start_of(1));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::refused);
}

TEST(Converter, AnotherFormatBeginsAnotherFile) {
  Fixture fixture;
  Converter converter(fixture.layout, fixture.state, fixture.log);
  ASSERT_TRUE(converter.format(mysql57(), 0));
  convert(converter, start_of(1), "DROP TABLE t");
  ASSERT_TRUE(converter.format(binlog::mysql57_format_description("5.7.99-upgraded"), 0));
  EXPECT_EQ(fixture.log.files.size(), 1U);
  convert(converter, start_of(2), "DROP TABLE t");
  ASSERT_EQ(fixture.log.files.size(), 2U);
  EXPECT_EQ(events_of(fixture.log.files.at(1)).back().header.type, EventType::rotate);
}

TEST(Converter, ALongTransactionIsStreamedToTheSameBytesAsItsPartsWouldHave) {
  Fixture fixture;
  Converter converter(fixture.layout, fixture.state, fixture.log);
  ASSERT_TRUE(converter.format(mysql57(), 0));
  ASSERT_TRUE(converter.begin(start_of(1)));
  ASSERT_TRUE(converter.event(header_of(EventType::query), query("BEGIN")));
  const std::string large(5U << 20U, 'x');
  for (int i = 0; i < 5; ++i)
    ASSERT_TRUE(converter.event(header_of(EventType::query), query(large)));
  ASSERT_TRUE(converter.event(header_of(EventType::xid), Bytes(8)));
  ASSERT_TRUE(converter.commit(""));
  const auto events = events_of(fixture.log.files.at(1));
  EXPECT_EQ(events.size(), 2U + 1 + 1 + 5 + 1);
  EXPECT_EQ(events.back().header.log_pos, fixture.log.files.at(1).size());
}

TEST(Converter, AStreamedTransactionsLengthIsTrue) {
  Fixture fixture;
  Converter converter(fixture.layout, fixture.state, fixture.log);
  ASSERT_TRUE(converter.format(mysql57(), 0));
  auto start = start_of(1);
  start.gtid.clock = binlog::GtidEvent::LogicalClock{0, 1};
  start.gtid.immediate_commit_timestamp = 1;
  start.gtid.transaction_length = 1;
  start.gtid.immediate_server_version = 90704;
  ASSERT_TRUE(converter.begin(start));
  const std::size_t before = fixture.log.files.at(1).size();
  for (int i = 0; i < 9; ++i)
    ASSERT_TRUE(converter.event(header_of(EventType::query), query(std::string(2U << 20U, 'x'))));
  ASSERT_TRUE(converter.commit(""));
  EXPECT_EQ(gtid_of(events_of(fixture.log.files.at(1))[2]).transaction_length, fixture.log.files.at(1).size() - before);
}

TEST(Converter, AnAbortedLongTransactionLeavesNothing) {
  Fixture fixture;
  Converter converter(fixture.layout, fixture.state, fixture.log);
  ASSERT_TRUE(converter.format(mysql57(), 0));
  const Bytes before = fixture.log.files.at(1);
  ASSERT_TRUE(converter.begin(start_of(1)));
  for (int i = 0; i < 9; ++i)
    ASSERT_TRUE(converter.event(header_of(EventType::query), query(std::string(2U << 20U, 'x'))));
  converter.abort();
  EXPECT_EQ(fixture.log.files.at(1), before);
}

TEST(Converter, InsideACommitGroupTheLogCannotBeTakenUp) {
  Fixture fixture;
  fixture.state.source_place = "begin";
  Converter converter(fixture.layout, fixture.state, fixture.log);
  ASSERT_TRUE(converter.format(mysql57(), 0));
  for (std::uint64_t number = 1; number <= 3; ++number) {
    auto start = start_of(number);
    if (number > 1) start.commit_group = 5;
    convert(converter, start, "DROP TABLE t");
  }
  EXPECT_EQ(fixture.log.places, (std::vector<std::string>{"begin", "place 1"}));
}

TEST(Converter, ARowsEventOfATableNobodyMappedIsCorrupt) {
  Fixture fixture;
  Converter converter(fixture.layout, fixture.state, fixture.log);
  ASSERT_TRUE(converter.format(mysql57(), 0));
  ASSERT_TRUE(converter.begin(start_of(1)));
  ByteWriter rows;
  rows.u48(77).u16(1).u16(2).u8(0);
  const auto taken = converter.event(header_of(EventType::write_rows), rows.view());
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind, ErrorKind::corrupt);
}

}  // namespace sluice::convert
