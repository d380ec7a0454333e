#include "dump/dump_session.h"
#include "dump/dump_test_support.h"
#include "mysql/response.h"
#include "mysql/semi_sync.h"

namespace sluice::dump {
namespace {

using binlog::EventType;

class SemiSyncDumpTest : public testing::Test {
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

  TestLog log;
};

Subscriber at(std::uint64_t file, std::uint64_t position) {
  Subscriber subscriber;
  subscriber.file = binlog::log_file_name(file);
  subscriber.position = position;
  subscriber.checksums = true;
  subscriber.non_blocking = true;
  return subscriber;
}

/// An event with its semi-synchronous header: (event, whether it is to be acknowledged).
std::pair<Bytes, bool> semi_sync_event(TestDump& dump) {
  const Bytes with_header = dump.event();
  if (with_header.size() < 2) {
    ADD_FAILURE() << "no event";
    return {};
  }
  EXPECT_EQ(with_header[0], 0xEF);
  const bool flagged = with_header[1] == 1;
  if (flagged) {
    dump.expect_sequence(1);
  }
  return {Bytes(with_header.begin() + 2, with_header.end()), flagged};
}

TEST_F(SemiSyncDumpTest, EventsHaveAHeaderAndTheLastOfAWriteAsks) {
  for (const bool checksums : {true, false}) {
    Subscriber subscriber = at(1, 4);
    subscriber.non_blocking = false;
    subscriber.semi_sync = true;
    subscriber.checksums = checksums;
    TestDump dump(log, subscriber);
    Subscriber same = at(1, 4);
    same.checksums = checksums;
    TestDump plain(log, same);
    bool flagged = false;
    for (;;) {
      const Bytes wanted = plain.event();
      if (wanted.empty()) {
        break;
      }
      auto [event, asked] = semi_sync_event(dump);
      EXPECT_EQ(event, wanted);
      flagged = asked;
    }
    EXPECT_TRUE(flagged) << "everything that is there is to be acknowledged";
    dump.send(mysql::encode_acknowledgement({.position = 77, .file = "mysql-bin.000003"}));
    log.add_transaction(checksums ? 13 : 14, {3});
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(semi_sync_event(dump).second, i == 2);
    }
    for (int i = 0; i < 200 && dump.registry.snapshot().front().acknowledgements == 0; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    const DumpInfo info = dump.registry.snapshot().front();
    EXPECT_EQ(info.acknowledgements, 1U);
    EXPECT_EQ(info.acknowledged, (store::LogPosition{3, 77}));
  }
}

TEST_F(SemiSyncDumpTest, HeartbeatsAreNotToBeAcknowledged) {
  Subscriber subscriber = at(3, log.stored(3).size());
  subscriber.non_blocking = false;
  subscriber.semi_sync = true;
  subscriber.heartbeat_period = std::chrono::milliseconds(20);
  TestDump dump(log, subscriber);
  for (int i = 0; i < 5; ++i) {
    const auto [event, asked] = semi_sync_event(dump);
    EXPECT_FALSE(asked);
    EXPECT_EQ(header_of(event).type, i == 0   ? EventType::rotate
                                     : i == 1 ? EventType::format_description
                                              : EventType::heartbeat);
  }
}

TEST_F(SemiSyncDumpTest, OneThatSaysSomethingElseIsLeft) {
  Subscriber subscriber = at(3, log.stored(3).size());
  subscriber.non_blocking = false;
  subscriber.semi_sync = true;
  TestDump dump(log, subscriber);
  (void)semi_sync_event(dump);
  dump.send(Bytes{1});
  const Result<void> ended = dump.end();
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().kind, ErrorKind::closed);
}

TEST_F(SemiSyncDumpTest, OneThatIsKilledLeavesNobodyReading) {
  Subscriber subscriber = at(3, log.stored(3).size());
  subscriber.non_blocking = false;
  subscriber.semi_sync = true;
  TestDump dump(log, subscriber);
  (void)semi_sync_event(dump);
  (void)semi_sync_event(dump);
  dump.stop(DumpControl::Ending::killed);
  EXPECT_TRUE(dump.event().empty());
  EXPECT_EQ(dump.last_other, mysql::encode_eof({}));
  EXPECT_TRUE(dump.end());
}

}  // namespace
}  // namespace sluice::dump
