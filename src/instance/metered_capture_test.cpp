#include "instance/metered_capture.h"

#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <thread>

#include <gtest/gtest.h>

namespace sluice::instance {
namespace {

constexpr std::int64_t commit_second = 1'700'000'000;
constexpr std::int64_t second = 1'000'000;

class MeteredCapture : public testing::Test {
 protected:
  MeteredCapture() {
    std::string name = std::filesystem::temp_directory_path() / "sluice-metered-XXXXXX";
    directory = mkdtemp(name.data());
    log = std::make_shared<store::Log>(directory);
    open();
  }
  ~MeteredCapture() override {
    writer.reset();
    std::filesystem::remove_all(directory);
  }

  void open() {
    writer.reset();
    log = std::make_shared<store::Log>(directory);
    auto opened = store::LogWriter::open(log);
    ASSERT_TRUE(opened) << opened.error().message;
    writer = std::move(*opened);
    listener = log->listen([this] { count_publication(totals); });
  }

  /// Where a new log begins.
  static convert::LogState beginning() {
    convert::LogState state;
    state.source_place = "place";
    return state;
  }

  void convert(const convert::LogState& state, std::uint64_t first, std::uint64_t last) {
    MeteredLog sink(*writer, totals);
    MeteredConverter converter({}, state, sink, totals, throttle);
    ASSERT_TRUE(converter.format(binlog::mysql57_format_description("5.7.44-test"), 1));
    for (std::uint64_t number = first; number <= last; ++number) {
      convert::TransactionStart start;
      start.timestamp = commit_second;
      start.gtid.gtid = {{*binlog::parse_uuid("3e11fa47-71ca-11e1-9e33-c80aa9429562"), ""}, number};
      start.gtid.clock = binlog::GtidEvent::LogicalClock{0, static_cast<std::int64_t>(number)};
      ASSERT_TRUE(converter.begin(start));
      binlog::EventHeader header;
      header.type = binlog::EventType::xid;
      ASSERT_TRUE(converter.event(header, Bytes(8, 1)));
      ASSERT_TRUE(converter.commit("place"));
    }
    ASSERT_TRUE(converter.idle());
  }

  std::uint64_t publications() const {
    const auto delays = totals.committed_to_published.snapshot();
    return std::accumulate(delays.counts.begin(), delays.counts.end(), std::uint64_t{0});
  }

  std::filesystem::path directory;
  std::shared_ptr<store::Log> log;
  std::unique_ptr<store::LogWriter> writer;
  store::Log::Listener listener;
  CaptureTotals totals;
  ConvertThrottle throttle;
};

TEST_F(MeteredCapture, CountsWhatIsStored) {
  convert(beginning(), 1, 3);
  EXPECT_EQ(totals.fetched_events, 6U);
  EXPECT_EQ(totals.stored_events, 6U);
  EXPECT_EQ(totals.transactions, 3U);
  EXPECT_EQ(totals.stored_bytes, log->end().offset);
  EXPECT_EQ(totals.commit_time, commit_second * second);
  EXPECT_EQ(publications(), 1U) << "one observation a publication, none for a file's header";
}

TEST_F(MeteredCapture, WhatIsOnlyComparedIsNotStored) {
  convert(beginning(), 1, 3);
  const std::uint64_t stored = totals.stored_bytes;
  open();
  const auto state = writer->take_up(store::LogWriter::TakeUp::verify);
  ASSERT_TRUE(state) << state.error().message;
  convert(*state, 1, 3);
  EXPECT_EQ(totals.fetched_events, 12U);
  EXPECT_EQ(totals.transactions, 3U);
  EXPECT_EQ(totals.stored_bytes, stored);
}

TEST_F(MeteredCapture, TheCheckpointFollowsTheTimeOnlyWhileTheSourceRests) {
  convert(beginning(), 1, 1);
  EXPECT_EQ(totals.checkpoint, commit_second * second) << "a pause may be the network's";
  EXPECT_NE(totals.idle_since, 0);
  totals.idle_since = now_in_microseconds() - 10 * second;
  MeteredLog sink(*writer, totals);
  convert::LogState state;
  state.file = 2;
  const std::int64_t before = now_in_microseconds();
  MeteredConverter converter({}, state, sink, totals, throttle);
  EXPECT_EQ(totals.idle_since, 0) << "a new connection begins";
  totals.idle_since = now_in_microseconds() - 10 * second;
  ASSERT_TRUE(converter.idle());
  EXPECT_GE(totals.checkpoint, before);
}

TEST(CommitTime, TakesTheFinestThereIs) {
  convert::TransactionStart start;
  start.timestamp = 7;
  EXPECT_EQ(commit_time(start), 7 * second);
  start.gtid.immediate_commit_timestamp = 7'123'456;
  EXPECT_EQ(commit_time(start), 7'123'456);
}

}  // namespace
}  // namespace sluice::instance
