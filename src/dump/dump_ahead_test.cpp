#include <atomic>

#include "dump/dump_test_support.h"
#include "mysql/response.h"

// Subscribers that ask for what the log has not reached yet.

namespace sluice::dump {
namespace {

using binlog::EventType;
using std::chrono::milliseconds;

Subscriber at(std::uint64_t file, std::uint64_t position) {
  Subscriber subscriber;
  subscriber.file = binlog::log_file_name(file);
  subscriber.position = position;
  subscriber.checksums = true;
  return subscriber;
}

Subscriber having(std::uint64_t last) {
  binlog::GtidSet known;
  if (last != 0) {
    known.add(test_source, {1, last + 1});
  }
  Subscriber subscriber;
  subscriber.gtid_data = known.encode();
  subscriber.checksums = true;
  return subscriber;
}

/// One file with transactions 1 and 2; the next one begins at `end`, one more behind it at `later`.
class DumpAheadTest : public testing::Test {
 protected:
  void SetUp() override {
    log.open_file(1);
    log.add_transaction(1, {50});
    const std::uint64_t before = log.offset;
    log.add_transaction(2, {50});
    end = log.offset;
    later = end + (end - before);
  }

  std::unique_ptr<TestDump> dump(Subscriber subscriber, milliseconds limit = milliseconds(60'000)) {
    const CatchingUp waiting{.caught_up = [this] { return caught_up.load(); }, .limit = limit};
    return std::make_unique<TestDump>(
        log, std::move(subscriber), milliseconds(0), [](DumpRegistry&) {}, waiting);
  }

  static void wait_for(const std::function<bool()>& what) {
    for (int i = 0; i < 2000 && !what(); ++i) {
      std::this_thread::sleep_for(milliseconds(5));
    }
    EXPECT_TRUE(what());
  }

  static void wait_until_it_waits(TestDump& one, DumpState how = DumpState::ahead) {
    wait_for([&] {
      const auto dumps = one.registry.snapshot();
      return !dumps.empty() && dumps.front().state == how;
    });
  }

  /// Of the first transaction that is sent.
  static std::uint64_t first_gtid(TestDump& one) {
    for (;;) {
      const Bytes event = one.event();
      if (event.empty()) {
        return 0;
      }
      if (header_of(event).type == EventType::gtid) {
        const ByteView body = ByteView(event).subspan(19, event.size() - 23);
        return binlog::decode_gtid_event(EventType::gtid, body)->gtid.number;
      }
    }
  }

  static std::string refusal(TestDump& one) {
    EXPECT_TRUE(one.event().empty());
    const auto error = mysql::decode_error(one.last_other);
    return error ? error->message : "no error";
  }

  TestLog log;
  std::uint64_t end = 0;
  std::uint64_t later = 0;
  std::atomic<bool> caught_up{false};
};

TEST_F(DumpAheadTest, BeginsWhenTheLogHasReachedThePosition) {
  const auto one = dump(at(1, later));
  wait_until_it_waits(*one);
  log.add_transaction(3, {50});
  ASSERT_EQ(log.offset, later);
  log.add_transaction(4, {50});
  EXPECT_EQ(first_gtid(*one), 4U);
}

TEST_F(DumpAheadTest, BeginsWhenTheFileIsThere) {
  const auto one = dump(at(2, 4));
  wait_until_it_waits(*one);
  log.rotate();
  log.add_transaction(3, {50});
  EXPECT_EQ(first_gtid(*one), 3U);
}

TEST_F(DumpAheadTest, BeginsWhenTheLogHasItsTransactions) {
  const auto one = dump(having(3));
  wait_until_it_waits(*one);
  log.add_transaction(3, {50});
  log.add_transaction(4, {50});
  EXPECT_EQ(first_gtid(*one), 4U);
}

TEST_F(DumpAheadTest, BeginsWhenALogHasItsFirstFile) {
  TestLog empty;
  const CatchingUp waiting{.caught_up = [] { return false; }};
  for (const Subscriber& subscriber : {at(1, 4), having(0)}) {
    TestDump one(
        empty, subscriber, milliseconds(0), [](DumpRegistry&) {}, waiting);
    if (empty.file == 0) {
      wait_until_it_waits(one);
      empty.open_file(1);
      empty.add_transaction(1, {50});
    }
    EXPECT_EQ(first_gtid(one), 1U);
  }
}

TEST_F(DumpAheadTest, WhatItHasIsSkippedAlsoIfNothingOfItsSourceWasThereYet) {
  TestLog fresh;
  fresh.open_file(1);
  TestDump one(fresh, having(2), milliseconds(0));
  wait_until_it_waits(one, DumpState::waiting);
  for (std::uint64_t number = 1; number <= 3; ++number) {
    fresh.add_transaction(number, {50});
  }
  EXPECT_EQ(first_gtid(one), 3U);
}

TEST_F(DumpAheadTest, APositionInsideAnEventIsAnErrorAtOnceWhenItIsReached) {
  EXPECT_TRUE(refusal(*dump(at(1, end - 1))).contains("impossible position"));
  const auto one = dump(at(1, later - 1));
  wait_until_it_waits(*one);
  log.add_transaction(3, {50});
  EXPECT_TRUE(refusal(*one).contains("impossible position"));
}

TEST_F(DumpAheadTest, APositionBehindTheEndOfAnOlderFileIsAnErrorAtOnce) {
  const auto one = dump(at(1, later));
  wait_until_it_waits(*one);
  log.rotate();
  EXPECT_TRUE(refusal(*one).contains("position > file size"));
  EXPECT_TRUE(refusal(*dump(at(1, later))).contains("position > file size"));
}

TEST_F(DumpAheadTest, OnceTheLogHasCaughtUpItIsAnError) {
  const auto by_position = dump(at(1, later));
  const auto by_file = dump(at(2, 4));
  const auto by_gtids = dump(having(3));
  wait_until_it_waits(*by_gtids);
  caught_up = true;
  EXPECT_TRUE(refusal(*by_position).contains("position > file size"));
  EXPECT_TRUE(refusal(*by_file).contains("Could not find first log file name"));
  EXPECT_TRUE(refusal(*by_gtids).contains("Slave has more GTIDs than the master has"));
}

TEST_F(DumpAheadTest, TheWaitHasAnEnd) {
  EXPECT_TRUE(refusal(*dump(at(1, later), milliseconds(50))).contains("position > file size"));
  EXPECT_TRUE(refusal(*dump(having(3), milliseconds(50))).contains("Slave has more GTIDs"));
}

TEST_F(DumpAheadTest, ASubscriberThatDoesNotWantToWaitDoesNot) {
  Subscriber subscriber = at(1, later);
  subscriber.non_blocking = true;
  EXPECT_TRUE(refusal(*dump(subscriber)).contains("position > file size"));
}

TEST_F(DumpAheadTest, AKillEndsTheWait) {
  const auto one = dump(at(1, later));
  wait_until_it_waits(*one);
  one->stop(DumpControl::Ending::killed);
  EXPECT_TRUE(one->event().empty());
  EXPECT_EQ(one->last_other, mysql::encode_eof({}));
  EXPECT_TRUE(one->end());
}

TEST_F(DumpAheadTest, OneThatComesAgainEndsTheWaitOfTheFormer) {
  const auto one = dump(at(1, later));
  wait_until_it_waits(*one);
  one->stop(DumpControl::Ending::replaced);
  EXPECT_TRUE(refusal(*one).starts_with("A slave with the same server_uuid/server_id"));
}

TEST_F(DumpAheadTest, TheEndOfTheConnectionEndsTheWait) {
  const auto one = dump(having(3));
  wait_until_it_waits(*one);
  one->peer().close();
  EXPECT_EQ(one->end().error().kind, ErrorKind::closed);
  EXPECT_TRUE(one->registry.snapshot().empty());
}

}  // namespace
}  // namespace sluice::dump
