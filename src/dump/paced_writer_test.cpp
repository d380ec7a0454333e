#include "dump/paced_writer.h"

#include "dump/dump_start.h"
#include "dump/dump_test_support.h"
#include "mysql/response.h"

namespace sluice::dump {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

Subscriber from_the_start() {
  Subscriber subscriber;
  subscriber.file = binlog::log_file_name(1);
  subscriber.checksums = true;
  subscriber.non_blocking = true;
  return subscriber;
}

/// Reads a whole dump; gives the time it took and compares it with the log's only file.
std::chrono::duration<double> time_of(TestLog& log, const std::function<void(DumpRegistry&)>& prepare) {
  const auto begin = steady_clock::now();
  TestDump dump(log, from_the_start(), 50ms, prepare);
  Bytes all(std::begin(binlog::file_magic), std::end(binlog::file_magic));
  (void)dump.event();  // the artificial ROTATE
  for (Bytes event = dump.event(); !event.empty(); event = dump.event()) {
    all.insert(all.end(), event.begin(), event.end());
  }
  EXPECT_EQ(all, log.stored(1));
  EXPECT_TRUE(dump.end());
  return steady_clock::now() - begin;
}

// Upper bounds are wide: other programs may be running here. End to end tests measure rates.

TEST(PacedDump, BytesComeAtTheirRate) {
  TestLog log;
  log.open_file(1);
  log.add_transaction(1, {200'000, 300'000});
  const auto took = time_of(log, [](DumpRegistry& registry) { registry.limits().bytes_per_second = 1'000'000; });
  EXPECT_GT(took, 450ms);
  EXPECT_LT(took, 10s);
}

TEST(PacedDump, AnEventLargerThanASecondsShareDoesNotComeAtOnce) {
  TestLog log;
  log.open_file(1);
  log.add_transaction(1, {3'000'000});
  const auto took = time_of(log, [](DumpRegistry& registry) { registry.limits().bytes_per_second = 6'000'000; });
  EXPECT_GT(took, 450ms);
  EXPECT_LT(took, 10s);
}

TEST(PacedDump, EventsComeAtTheirRate) {
  TestLog log;
  log.open_file(1);
  for (std::uint64_t number = 1; number <= 33; ++number) {
    log.add_transaction(number, {10}, number % 2 == 0);
  }
  ASSERT_TRUE(log.writer->publish());
  const auto took = time_of(log, [](DumpRegistry& registry) { registry.limits().events_per_second = 200; });
  EXPECT_GT(took, 450ms);
  EXPECT_LT(took, 10s);
}

TEST(PacedDump, TheSlowestRateStillMoves) {
  TestLog log;
  log.open_file(1);
  log.add_transaction(1, {100});
  Subscriber subscriber = from_the_start();
  TestDump dump(log, subscriber, 50ms, [](DumpRegistry& registry) { registry.limits().bytes_per_second = 100; });
  EXPECT_EQ(header_of(dump.event()).type, binlog::EventType::rotate);
  dump.registry.limits().bytes_per_second = 0;  // counts from the next slice on
  const auto begin = steady_clock::now();
  while (!dump.event().empty()) {
  }
  EXPECT_LT(steady_clock::now() - begin, 10s);
  EXPECT_TRUE(dump.end());
}

TEST(PacedDump, MoreDumpsThanAllowedAreRefused) {
  TestLog log;
  log.open_file(1);
  std::shared_ptr<DumpRegistry::Entry> other;
  TestDump dump(log, from_the_start(), 50ms, [&](DumpRegistry& registry) {
    registry.limits().dumps_max = 1;
    other = registry.add({});
    ASSERT_TRUE(other);
  });
  EXPECT_TRUE(dump.event().empty());
  const auto error = mysql::decode_error(dump.last_other);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, fatal_dump_error);
  EXPECT_EQ(error->message, "Insufficient binlog instance resources");
  other.reset();
  EXPECT_TRUE(dump.registry.add({}));
}

TEST(PacedDump, FollowersNeitherCountNorAreRefused) {
  DumpRegistry registry;
  registry.limits().dumps_max = 1;
  Subscriber follower;
  follower.follower = true;
  const auto one = registry.add(follower);
  const auto subscriber = registry.add({});
  EXPECT_TRUE(one && subscriber && registry.add(follower));
  EXPECT_FALSE(registry.add({}));
  EXPECT_EQ(registry.limits_of(follower).dumps_max, 0);
}

}  // namespace
}  // namespace sluice::dump
