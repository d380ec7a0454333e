#include "dump/dump_session.h"

#include <fstream>
#include <future>
#include <numeric>

#include "dump/dump_start.h"
#include "dump/dump_test_support.h"
#include "dump/wire_events.h"
#include "mysql/response.h"

namespace sluice::dump {
namespace {

using binlog::EventType;

Subscriber at(std::uint64_t file, std::uint64_t position) {
  Subscriber subscriber;
  subscriber.file = binlog::log_file_name(file);
  subscriber.position = position;
  subscriber.checksums = true;
  subscriber.non_blocking = true;
  return subscriber;
}

Subscriber having(const binlog::GtidSet& known) {
  Subscriber subscriber;
  subscriber.gtid_data = known.encode();
  subscriber.checksums = true;
  subscriber.non_blocking = true;
  return subscriber;
}

binlog::GtidSet numbers(std::initializer_list<binlog::GtidInterval> intervals) {
  binlog::GtidSet set;
  for (const auto& interval : intervals) {
    set.add(test_source, interval);
  }
  return set;
}

/// Everything until the dump says something else.
std::vector<Bytes> all_events(TestDump& dump) {
  std::vector<Bytes> events;
  for (Bytes event = dump.event(); !event.empty(); event = dump.event()) {
    events.push_back(std::move(event));
  }
  return events;
}

void expect_rotate(const Bytes& event, std::uint64_t file, std::uint64_t position, bool checksum) {
  const binlog::EventHeader header = header_of(event);
  EXPECT_EQ(header.type, EventType::rotate);
  EXPECT_EQ(header.timestamp, 0U);
  EXPECT_EQ(header.log_pos, 0U);
  EXPECT_EQ(header.flags, binlog::flag_artificial);
  EXPECT_EQ(header.server_id, 7U);
  EXPECT_EQ(header.event_size, event.size());
  EXPECT_EQ(event.size(), 19U + 8 + 16 + (checksum ? 4 : 0));
  if (checksum) {
    EXPECT_TRUE(binlog::checksum_matches(event));
  }
  const auto rotate = binlog::decode_rotate_event(ByteView(event).subspan(19, 24));
  ASSERT_TRUE(rotate);
  EXPECT_EQ(rotate->position, position);
  EXPECT_EQ(rotate->file, binlog::log_file_name(file));
}

std::string refusal(Subscriber subscriber, TestLog& log) {
  TestDump dump(log, std::move(subscriber));
  EXPECT_TRUE(dump.event().empty());
  const auto error = mysql::decode_error(dump.last_other);
  EXPECT_TRUE(error);
  EXPECT_EQ(error->code, 1236);
  EXPECT_EQ(error->sqlstate, "HY000");
  EXPECT_LE(error->message.size(), 600U);
  const Result<void> ended = dump.end();
  EXPECT_FALSE(ended);
  EXPECT_EQ(ended.error().kind, ErrorKind::refused);
  return error->message;
}

bool is_eof(const Bytes& payload) {
  return mysql::is_eof(payload);
}

/// Three files; transactions 1-5, 6-10 and 11-12.
class DumpSessionTest : public testing::Test {
 protected:
  void SetUp() override {
    log.open_file(1);
    for (std::uint64_t number = 1; number <= 12; ++number) {
      log.add_transaction(number, {10, 200 + number, 0});
      if (number == 5 || number == 10) {
        log.rotate();
      }
    }
  }

  /// The events of a file from an offset on, as they are stored.
  void add_stored(Bytes& out, std::uint64_t file, std::uint64_t from) const {
    const Bytes bytes = log.stored(file);
    out.insert(out.end(), bytes.begin() + static_cast<std::ptrdiff_t>(from), bytes.end());
  }

  TestLog log;
};

Bytes joined(const std::vector<Bytes>& events, std::size_t from) {
  Bytes bytes;
  for (std::size_t i = from; i < events.size(); ++i) {
    if ((header_of(events[i]).flags & binlog::flag_artificial) == 0) {
      bytes.insert(bytes.end(), events[i].begin(), events[i].end());
    }
  }
  return bytes;
}

TEST_F(DumpSessionTest, SendsAllFilesAsTheyAreStored) {
  TestDump dump(log, at(1, 4));
  const std::vector<Bytes> events = all_events(dump);
  EXPECT_TRUE(is_eof(dump.last_other));
  EXPECT_TRUE(dump.end());
  Bytes expected;
  for (const std::uint64_t file : {1, 2, 3}) {
    add_stored(expected, file, 4);
  }
  EXPECT_EQ(joined(events, 0), expected);
  expect_rotate(events.front(), 1, 4, true);
  std::vector<std::size_t> artificial;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if ((header_of(events[i]).flags & binlog::flag_artificial) != 0) {
      artificial.push_back(i);
    }
  }
  ASSERT_EQ(artificial.size(), 3U);
  expect_rotate(events[artificial[1]], 2, 4, true);
  EXPECT_EQ(header_of(events[artificial[1] - 1]).type, EventType::rotate);
  EXPECT_EQ(header_of(events[artificial[1] + 1]).type, EventType::format_description);
  expect_rotate(events[artificial[2]], 3, 4, true);
}

TEST_F(DumpSessionTest, StartsInTheMiddleOfAFile) {
  const std::uint64_t start = log.offsets(2)[5];
  TestDump dump(log, at(2, start));
  const std::vector<Bytes> events = all_events(dump);
  expect_rotate(events.at(0), 2, start, true);
  Bytes format = events.at(1);
  EXPECT_EQ(header_of(format).type, EventType::format_description);
  EXPECT_EQ(header_of(format).log_pos, 0U);
  EXPECT_TRUE(binlog::checksum_matches(format));
  const auto description = binlog::decode_format_description(format);
  ASSERT_TRUE(description);
  EXPECT_EQ(description->created, 0U);
  EXPECT_EQ(description->checksum, binlog::Checksum::crc32);
  Bytes expected;
  add_stored(expected, 2, start);
  add_stored(expected, 3, 4);
  EXPECT_EQ(joined(events, 2), expected);
}

TEST_F(DumpSessionTest, StartsAtTheEndOfAFileAndOfTheLog) {
  TestDump dump(log, at(1, log.stored(1).size()));
  std::vector<Bytes> events = all_events(dump);
  expect_rotate(events.at(0), 1, log.stored(1).size(), true);
  EXPECT_EQ(header_of(events.at(1)).type, EventType::format_description);
  expect_rotate(events.at(2), 2, 4, true);
  Bytes expected;
  add_stored(expected, 2, 4);
  add_stored(expected, 3, 4);
  EXPECT_EQ(joined(events, 2), expected);

  TestDump at_end(log, at(3, log.stored(3).size()));
  events = all_events(at_end);
  EXPECT_EQ(events.size(), 2U);
  EXPECT_TRUE(is_eof(at_end.last_other));
}

TEST_F(DumpSessionTest, AnEmptyNameIsTheOldestFile) {
  Subscriber subscriber = at(1, 4);
  subscriber.file.clear();
  TestDump dump(log, subscriber);
  expect_rotate(dump.event(), 1, 4, true);
}

TEST_F(DumpSessionTest, SaysWhyAPositionIsImpossible) {
  EXPECT_EQ(refusal(at(9, 4), log), "Could not find first log file name in binary log index file");
  Subscriber other = at(1, 4);
  other.file = "binlog.000001";
  EXPECT_EQ(refusal(other, log), "Could not find first log file name in binary log index file");
  EXPECT_EQ(refusal(at(1, 3), log), "Client requested master to start replication from position < 4");
  EXPECT_EQ(refusal(at(3, log.stored(3).size() + 1), log),
            "Client requested master to start replication from position > file size");
  EXPECT_EQ(refusal(at(1, log.offsets(1)[4] + 1), log)
                .find("Client requested master to start replication from impossible position; the first event "
                      "'mysql-bin.000001' at "),
            0U);
  Subscriber malformed = having({});
  malformed.gtid_data = Bytes{1, 2, 3};
  EXPECT_EQ(refusal(malformed, log).find("Slave sent malformed GTID data"), 0U);
  TestLog empty;
  EXPECT_EQ(refusal(at(1, 4), empty), "Binary log is not open");
}

/// The numbers of the transactions sent, in order.
std::vector<std::uint64_t> gtids(const std::vector<Bytes>& events) {
  std::vector<std::uint64_t> sent;
  for (const Bytes& event : events) {
    if (header_of(event).type == EventType::gtid) {
      const ByteView body = ByteView(event).subspan(19, event.size() - 23);
      sent.push_back(binlog::decode_gtid_event(EventType::gtid, body)->gtid.number);
    }
  }
  return sent;
}

TEST_F(DumpSessionTest, SkipsWhatASubscriberHas) {
  TestDump dump(log, having(numbers({{1, 3}, {4, 8}, {11, 12}})));
  const std::vector<Bytes> events = all_events(dump);
  EXPECT_TRUE(is_eof(dump.last_other));
  EXPECT_EQ(gtids(events), (std::vector<std::uint64_t>{3, 8, 9, 10, 12}));
  std::size_t heartbeats = 0;
  for (const Bytes& event : events) {
    if (header_of(event).type == EventType::heartbeat) {
      ++heartbeats;
      EXPECT_TRUE(binlog::checksum_matches(event));
    }
  }
  EXPECT_EQ(heartbeats, 4U);  // one behind each run of skipped transactions: before 3, ROTATE, 8 and 12
}

TEST_F(DumpSessionTest, AnEmptySetMeansEverything) {
  TestDump dump(log, having({}));
  const std::vector<Bytes> events = all_events(dump);
  EXPECT_EQ(gtids(events).size(), 12U);
  expect_rotate(events.front(), 1, 4, true);
}

TEST_F(DumpSessionTest, StartsInTheNewestFileThatWillDo) {
  TestDump dump(log, having(numbers({{1, 11}})));
  const std::vector<Bytes> events = all_events(dump);
  EXPECT_EQ(gtids(events), (std::vector<std::uint64_t>{11, 12}));
  expect_rotate(events.front(), 3, 4, true);
}

TEST_F(DumpSessionTest, OneThatIsAheadIsRefused) {
  EXPECT_EQ(refusal(having(numbers({{1, 14}})), log).find("Slave has more GTIDs than the master has"), 0U);
}

TEST_F(DumpSessionTest, OneThatIsAheadIsServedIfTheLogCatchesUp) {
  TestDump dump(log, having(numbers({{1, 14}})), std::chrono::milliseconds(5000));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  log.add_transaction(13, {5});
  EXPECT_EQ(gtids(all_events(dump)), std::vector<std::uint64_t>());
  EXPECT_TRUE(is_eof(dump.last_other));
}

TEST_F(DumpSessionTest, TransactionsOfOtherSourcesDoNotMakeASubscriberAhead) {
  binlog::GtidSet known = numbers({{1, 13}});
  known.add({*binlog::parse_uuid("00000000-0000-0000-0000-000000000001"), ""}, {1, 1000});
  TestDump dump(log, having(known));
  EXPECT_TRUE(gtids(all_events(dump)).empty());
  EXPECT_TRUE(is_eof(dump.last_other));
}

TEST(DumpPurgedTest, NamesWhatIsMissing) {
  TestLog log;
  log.executed = numbers({{1, 101}});
  log.open_file(5);
  log.add_transaction(101, {5});
  const std::string message = refusal(having(numbers({{1, 51}})), log);
  EXPECT_EQ(message.find("The slave is connecting using CHANGE MASTER TO MASTER_AUTO_POSITION = 1, but the master has "
                         "purged binary logs containing GTIDs that the slave requires."),
            0U);
  EXPECT_NE(message.find("the missing transactions are '3e11fa47-71ca-11e1-9e33-c80aa9429562:51-100'"),
            std::string::npos);
  EXPECT_NE(refusal(having({}), log).find(":1-100'"), std::string::npos);
}

TEST_F(DumpSessionTest, LeavesChecksumsOut) {
  for (const std::uint64_t start : {std::uint64_t{4}, log.offsets(1)[3]}) {
    Subscriber subscriber = at(1, start);
    subscriber.checksums = false;
    TestDump dump(log, subscriber);
    const std::vector<Bytes> events = all_events(dump);
    EXPECT_TRUE(is_eof(dump.last_other));
    expect_rotate(events.at(0), 1, start, false);
    std::size_t matched = 0;
    std::uint64_t file = 0;
    std::size_t artificial = 0;
    Bytes stored;
    for (std::size_t i = 0; i < events.size(); ++i) {
      const binlog::EventHeader header = header_of(events[i]);
      EXPECT_EQ(header.event_size, events[i].size());
      if ((header.flags & binlog::flag_artificial) != 0) {
        stored = log.stored(++file);
        ++artificial;
        EXPECT_EQ(events[i].size(), 19U + 8 + 16);
        continue;
      }
      if (header.type == EventType::format_description) {
        EXPECT_TRUE(binlog::checksum_matches(events[i]));
        EXPECT_EQ(binlog::decode_format_description(events[i])->checksum, binlog::Checksum::none);
        continue;
      }
      // log_pos stays that of the file, where the event is four bytes longer.
      const std::uint64_t begin = header.log_pos - events[i].size() - 4;
      Bytes expected(stored.begin() + static_cast<std::ptrdiff_t>(begin),
                     stored.begin() + static_cast<std::ptrdiff_t>(header.log_pos - 4));
      store_little_endian(expected.data() + binlog::EventHeader::event_size_offset, expected.size(), 4);
      EXPECT_EQ(events[i], expected);
      ++matched;
    }
    EXPECT_EQ(artificial, 3U);
    EXPECT_GT(matched, 40U);
  }
}

TEST_F(DumpSessionTest, VerbatimCopiesAreEqualWhateverWasNegotiated) {
  Subscriber subscriber = at(1, 4);
  subscriber.checksums = false;
  subscriber.verbatim = true;
  TestDump dump(log, subscriber);
  const std::vector<Bytes> events = all_events(dump);
  expect_rotate(events.at(0), 1, 4, false);
  Bytes expected;
  for (const std::uint64_t file : {1, 2, 3}) {
    add_stored(expected, file, 4);
  }
  EXPECT_EQ(joined(events, 1), expected);
}

TEST_F(DumpSessionTest, GoesOnWithWhatIsAdded) {
  Subscriber subscriber = at(3, log.stored(3).size());
  subscriber.non_blocking = false;
  TestDump dump(log, subscriber);
  (void)dump.event();
  (void)dump.event();
  for (std::uint64_t number = 13; number < 40; ++number) {
    const std::uint64_t before = log.offset;
    log.add_transaction(number, {3});
    for (int i = 0; i < 3; ++i) {
      const Bytes event = dump.event();
      ASSERT_FALSE(event.empty());
      EXPECT_GT(header_of(event).log_pos, before);
      EXPECT_TRUE(binlog::checksum_matches(event));
    }
  }
  log.rotate();
  EXPECT_EQ(header_of(dump.event()).type, EventType::rotate);
  expect_rotate(dump.event(), 4, 4, true);
  EXPECT_EQ(header_of(dump.event()).type, EventType::format_description);
  EXPECT_EQ(header_of(dump.event()).type, EventType::previous_gtids);
  const auto running = dump.registry.snapshot();
  ASSERT_EQ(running.size(), 1U);
  EXPECT_EQ(running.front().position.file, 4U);
  EXPECT_EQ(running.front().timestamp, 1'700'000'000U);
  dump.peer().close();
  const Result<void> ended = dump.end();
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().kind, ErrorKind::closed);
  EXPECT_TRUE(dump.registry.snapshot().empty());
  const DumpTotals& totals = dump.registry.totals();
  EXPECT_EQ(totals.requests, 1U);
  EXPECT_EQ(totals.refused + totals.broken, 0U) << "a subscriber that leaves is no error";
  EXPECT_EQ(totals.events, running.front().sent_events);
  EXPECT_EQ(totals.bytes, running.front().sent_bytes);
  const auto delays = totals.published_to_sent.snapshot();
  const auto writes = std::accumulate(delays.counts.begin(), delays.counts.end(), std::uint64_t{0});
  EXPECT_GT(writes, 0U);
  EXPECT_LE(writes, totals.events);
}

TEST_F(DumpSessionTest, CountsWhatItSends) {
  Subscriber subscriber = at(1, 4);
  subscriber.non_blocking = false;
  subscriber.flags = 4;
  TestDump dump(log, subscriber);
  std::size_t events = 0;
  std::size_t bytes = 0;
  store::LogPosition reached;
  while (reached < log.log->end()) {
    const Bytes event = dump.event();
    ASSERT_FALSE(event.empty());
    bytes += event.size() + store::Block::frame_size;
    const binlog::EventHeader header = header_of(event);
    if (header.type == EventType::rotate && header.log_pos == 0) {
      reached = {reached.file + 1, 0};
      continue;
    }
    ++events;
    reached.offset = header.log_pos;
  }
  const auto waiting = [&] { return dump.registry.snapshot().front().state == DumpState::waiting; };
  for (int i = 0; i < 200 && !waiting(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  const DumpInfo info = dump.registry.snapshot().front();
  EXPECT_EQ(info.state, DumpState::waiting);
  EXPECT_EQ(info.position, log.log->end());
  EXPECT_EQ(info.sent_events, events);
  EXPECT_EQ(info.sent_bytes, bytes);
  EXPECT_EQ(info.rotates, log.log->end().file);
  EXPECT_EQ(info.heartbeats, 0U);
  EXPECT_EQ(info.timestamp, 1'700'000'000U);
  EXPECT_EQ(info.subscriber.flags, 4U);
}

TEST_F(DumpSessionTest, OneThatIsKilledEndsWithEof) {
  Subscriber subscriber = at(3, log.stored(3).size());
  subscriber.non_blocking = false;
  TestDump dump(log, subscriber);
  (void)dump.event();
  (void)dump.event();
  dump.stop(DumpControl::Ending::killed);
  EXPECT_TRUE(dump.event().empty());
  EXPECT_EQ(dump.last_other, mysql::encode_eof({}));
  EXPECT_TRUE(dump.end());
}

TEST_F(DumpSessionTest, OneThatIsReplacedIsTold) {
  Subscriber subscriber = at(3, log.stored(3).size());
  subscriber.non_blocking = false;
  TestDump dump(log, subscriber);
  (void)dump.event();
  (void)dump.event();
  dump.stop(DumpControl::Ending::replaced);
  EXPECT_TRUE(dump.event().empty());
  const auto told = mysql::decode_error(dump.last_other);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->code, 1236U);
  EXPECT_TRUE(told->message.starts_with(
      "A slave with the same server_uuid/server_id as this slave has connected to the master; the first event "
      "'mysql-bin.000003' at "));
  EXPECT_FALSE(dump.end());
}

TEST_F(DumpSessionTest, TransactionsWrittenAfterTheDumpBeganAreNotSkipped) {
  Subscriber subscriber = having(numbers({{1, 13}}));
  subscriber.non_blocking = false;
  TestDump dump(log, subscriber);
  while (header_of(dump.event()).type != EventType::heartbeat) {
  }
  log.add_transaction(13, {3});
  EXPECT_EQ(header_of(dump.event()).type, EventType::gtid);
}

TEST_F(DumpSessionTest, SendsHeartbeats) {
  for (const bool checksums : {false, true}) {
    Subscriber subscriber = at(3, log.stored(3).size());
    subscriber.non_blocking = false;
    subscriber.checksums = checksums;
    subscriber.heartbeat_period = std::chrono::milliseconds(20);
    TestDump dump(log, subscriber);
    (void)dump.event();
    (void)dump.event();
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < 3; ++i) {
      const Bytes event = dump.event();
      const binlog::EventHeader header = header_of(event);
      EXPECT_EQ(header.type, EventType::heartbeat);
      EXPECT_EQ(header.timestamp, 0U);
      EXPECT_EQ(header.server_id, 7U);
      EXPECT_EQ(header.log_pos, log.stored(3).size());
      EXPECT_EQ(event.size(), 19U + 16 + (checksums ? 4 : 0));
      EXPECT_EQ(as_text(ByteView(event).subspan(19, 16)), "mysql-bin.000003");
    }
    EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(50));
  }
}

TEST_F(DumpSessionTest, NoHeartbeatsWithoutPeriod) {
  Subscriber subscriber = at(3, log.stored(3).size());
  subscriber.non_blocking = false;
  subscriber.heartbeat_period = std::chrono::nanoseconds(0);
  TestDump dump(log, subscriber);
  (void)dump.event();
  (void)dump.event();
  auto next = std::async(std::launch::async, [&] { return dump.event(); });
  EXPECT_EQ(next.wait_for(std::chrono::milliseconds(100)), std::future_status::timeout);
  log.add_transaction(13, {3});
  EXPECT_EQ(header_of(next.get()).type, EventType::gtid);
}

TEST(DumpManyEventsTest, SequenceNumbersWrapAndBlocksAreJoined) {
  TestLog log;
  log.open_file(1);
  for (std::uint64_t number = 1; number <= 3000; ++number) {
    log.add_transaction(number, {100, 400}, number % 7 == 0);
  }
  ASSERT_TRUE(log.writer->publish());
  const Bytes stored = log.stored(1);
  TestDump dump(log, at(1, 4));
  const std::vector<Bytes> events = all_events(dump);
  EXPECT_EQ(events.size(), 1 + 2 + 3000 * 4U);
  EXPECT_EQ(joined(events, 1), Bytes(stored.begin() + 4, stored.end()));
}

TEST(DumpManyEventsTest, FilesReadFromDiskGiveTheSame) {
  TestLog log;
  log.open_file(1);
  for (std::uint64_t number = 1; number <= 2000; ++number) {
    log.add_transaction(number, {100, 4000}, number % 100 == 0);
  }
  log.rotate();
  log.add_transaction(2001, {5});
  Bytes expected;
  for (const std::uint64_t file : {1, 2}) {
    const Bytes stored = log.stored(file);
    expected.insert(expected.end(), stored.begin() + 4, stored.end());
  }
  // A log opened anew has no tail in memory.
  log.writer.reset();
  log.log = std::make_shared<store::Log>(log.directory);
  auto writer = store::LogWriter::open(log.log);
  ASSERT_TRUE(writer);
  log.writer = std::move(*writer);
  for (const bool by_gtids : {false, true}) {
    TestDump dump(log, by_gtids ? having({}) : at(1, 4));
    EXPECT_EQ(joined(all_events(dump), 1), expected);
    EXPECT_TRUE(is_eof(dump.last_other));
  }
  TestDump some(log, having(numbers({{1, 1500}, {1600, 1990}})));
  const std::vector<std::uint64_t> sent = gtids(all_events(some));
  ASSERT_EQ(sent.size(), 100U + 12);
  EXPECT_EQ(sent.front(), 1500U);
  EXPECT_EQ(sent.back(), 2001U);
}

TEST(DumpManyEventsTest, SubscribersFollowWhileTheLogGrows) {
  constexpr std::uint64_t last = 3000;
  TestLog log;
  log.open_file(1);
  std::vector<std::unique_ptr<TestDump>> dumps;
  std::vector<std::thread> readers;
  for (std::size_t i = 0; i < 6; ++i) {
    Subscriber subscriber = i % 2 == 0 ? at(1, 4) : having({});
    subscriber.non_blocking = false;
    subscriber.checksums = i % 3 != 0;
    dumps.push_back(std::make_unique<TestDump>(log, subscriber));
    readers.emplace_back([&dump = *dumps.back()] {
      std::uint64_t seen = 0;
      while (seen < last) {
        const Bytes event = dump.event();
        ASSERT_FALSE(event.empty());
        if (header_of(event).type == EventType::gtid) {
          const auto gtid = binlog::decode_gtid_event(EventType::gtid, ByteView(event).subspan(19));
          ASSERT_EQ(gtid->gtid.number, ++seen);
        }
      }
    });
  }
  for (std::uint64_t number = 1; number <= last; ++number) {
    log.add_transaction(number, {50, 300}, number % 5 == 0);
    if (number % 1000 == 0 && number < last) {
      log.rotate();
    }
  }
  for (std::thread& reader : readers) {
    reader.join();
  }
}

/// Around the sizes at which a payload (the event and a status byte) needs one packet more.
TEST(DumpLargeEventTest, IsSplitIntoPackets) {
  constexpr std::size_t packet = 0xFFFFFF;
  constexpr std::size_t around = 19 + 4 + 1;
  TestLog log;
  log.open_file(1);
  std::uint64_t number = 0;
  for (const std::size_t payload : {packet - 1, packet, packet + 1, packet + 4, std::size_t{1} << 20U,
                                    (std::size_t{1} << 20U) + 1, (std::size_t{1} << 20U) + 2}) {
    log.add_transaction(++number, {payload - around, 8});
  }
  const Bytes stored = log.stored(1);
  TestDump whole(log, at(1, 4));
  EXPECT_EQ(joined(all_events(whole), 1), Bytes(stored.begin() + 4, stored.end()));
  EXPECT_TRUE(is_eof(whole.last_other));

  Subscriber subscriber = at(1, 4);
  subscriber.checksums = false;
  TestDump stripped(log, subscriber);
  const std::vector<Bytes> events = all_events(stripped);
  ASSERT_EQ(events.size(), 3 + 4 * number);
  for (std::size_t i = 3; i < events.size(); ++i) {
    const binlog::EventHeader header = header_of(events[i]);
    ASSERT_EQ(header.event_size, events[i].size());
    const auto begin = stored.begin() + static_cast<std::ptrdiff_t>(header.log_pos - events[i].size() - 4);
    EXPECT_TRUE(std::equal(events[i].begin() + 13, events[i].end(), begin + 13));
  }

  TestDump skipping(log, having(numbers({{1, 4}, {5, number}})));
  EXPECT_EQ(gtids(all_events(skipping)), (std::vector<std::uint64_t>{4, number}));
}

TEST_F(DumpSessionTest, DamagedFilesAreReportedBehindWhatIsGood) {
  const std::uint64_t bad = log.offsets(2)[6];
  log.writer.reset();
  {
    std::fstream file(log.log->path_of(2), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(bad) + 22);
    file.put('\xEE');
  }
  log.log = std::make_shared<store::Log>(log.directory);
  auto writer = store::LogWriter::open(log.log);
  ASSERT_TRUE(writer) << writer.error().message;
  log.writer = std::move(*writer);
  TestDump dump(log, at(2, 4));
  const std::vector<Bytes> events = all_events(dump);
  ASSERT_EQ(events.size(), 1 + 6U);
  EXPECT_EQ(header_of(events.back()).log_pos, bad);
  const auto error = mysql::decode_error(dump.last_other);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, 1236);
  EXPECT_NE(error->message.find("mysql-bin.000002"), std::string::npos);
  EXPECT_NE(error->message.find(std::to_string(bad)), std::string::npos);
}

}  // namespace
TEST(DumpHoldTest, AFileIsHeldUntilTheSubscriberHasLeftIt) {
  TestLog log;
  log.open_file(1);
  log.add_transaction(1, {100});
  Subscriber subscriber = at(1, 4);
  subscriber.non_blocking = false;
  TestDump dump(log, subscriber);
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(dump.event().empty());  // ROTATE, file header, transaction
  }
  EXPECT_EQ(log.log->holds().oldest(), 1U);
  EXPECT_EQ(log.log->purge_to(1)->removed.size(), 0U);
  log.rotate();
  log.add_transaction(2, {100});
  for (int i = 0; i < 6; ++i) {
    EXPECT_FALSE(dump.event().empty());
  }
  EXPECT_EQ(log.log->holds().oldest(), 2U);
  EXPECT_EQ(log.log->purge_to(2)->removed.size(), 1U);
  dump.peer().close();
  (void)dump.end();
}

TEST(DumpHoldTest, ASubscriberWhoseFilesAreTakenIsToldWhy) {
  TestLog log;
  log.open_file(1);
  for (std::uint64_t number = 1; number <= 40; ++number) {
    log.add_transaction(number, {900'000});
  }
  log.rotate();
  Subscriber subscriber = at(1, 4);
  subscriber.non_blocking = false;
  TestDump dump(log, subscriber);
  EXPECT_FALSE(dump.event().empty());  // then it stands still: nobody reads
  EXPECT_EQ(log.log->holds().revoke_before(2, "they were too many"), 1U);
  EXPECT_EQ(log.log->purge_to(2)->removed.size(), 1U);
  (void)all_events(dump);
  const std::string told(dump.last_other.begin(), dump.last_other.end());
  EXPECT_NE(told.find("'mysql-bin.000001' was removed"), std::string::npos) << told;
  EXPECT_NE(told.find("because they were too many"), std::string::npos);
  EXPECT_EQ(dump.end().error().code, fatal_dump_error);
}

TEST(DumpHoldTest, APurgedFileIsRefusedInMysqlsWords) {
  TestLog log;
  log.open_file(1);
  log.add_transaction(1, {100});
  log.rotate();
  ASSERT_TRUE(log.log->purge_to(2));
  EXPECT_EQ(refusal(at(1, 4), log), "Could not find first log file name in binary log index file");
  EXPECT_NE(refusal(having({}), log).find("the master has purged binary logs containing GTIDs"), std::string::npos);
}

}  // namespace sluice::dump
