#include "dump/log_stream.h"

#include <fstream>

#include <boost/asio/detached.hpp>

#include "dump/dump_test_support.h"

namespace sluice::dump {
namespace {

/// A log that holds nothing of its only file in memory.
struct ColdLog {
  /// A transaction for each of `body_sizes`.
  explicit ColdLog(const std::vector<std::size_t>& body_sizes) {
    made.open_file(1);
    for (std::size_t i = 0; i < body_sizes.size(); ++i) {
      made.add_transaction(i + 1, {body_sizes[i]}, false);
    }
    EXPECT_TRUE(made.writer->publish());
    made.writer.reset();
    log = std::make_shared<store::Log>(made.directory);
    auto opened = store::LogWriter::open(log);
    EXPECT_TRUE(opened);
    writer = std::move(*opened);
  }

  TestLog made;
  std::shared_ptr<store::Log> log;
  std::unique_ptr<store::LogWriter> writer;
};

/// What a stream gave, from the front of the log to its end or its first error.
struct Read {
  store::LogPosition reached{1, 4};
  std::size_t large = 0;
  std::string error;
};

asio::awaitable<void> read_all(LogStream& stream, const store::Log& log, Read& read) {
  while (read.reached != log.end()) {
    const auto piece = co_await stream.next(read.reached);
    if (!piece) {
      read.error = piece.error().message;
      co_return;
    }
    if (!*piece) {
      continue;
    }
    if (const auto* const event = std::get_if<store::LargeEvent>(&**piece)) {
      ++read.large;
      read.reached.offset = event->begin.offset + event->size;
    } else {
      read.reached.offset = std::get<std::shared_ptr<const store::Block>>(**piece)->end_offset;
    }
  }
}

Read read_from_start(const ColdLog& cold) {
  asio::io_context context;
  asio::thread_pool disk(1);
  Notifier notifier(context.get_executor(), *cold.log);
  Notifier::Waiter waiter(notifier);
  LogStream stream(cold.log, disk.get_executor(), context.get_executor(), waiter);
  Read read;
  asio::co_spawn(context, read_all(stream, *cold.log, read), [&](std::exception_ptr) { notifier.close(); });
  context.run();
  disk.join();
  return read;
}

}  // namespace

TEST(LogStream, GivesAFileToItsEnd) {
  const ColdLog cold(std::vector<std::size_t>(100, 90'000));
  const Read read = read_from_start(cold);
  EXPECT_EQ(read.error, "");
  EXPECT_EQ(read.reached, cold.log->end());
}

TEST(LogStream, GivesALargeEventThatWasReadAheadInItsPlace) {
  std::vector<std::size_t> sizes(40, 90'000);
  sizes[20] = 3U << 20U;
  const Read read = read_from_start(ColdLog(sizes));
  EXPECT_EQ(read.error, "");
  EXPECT_EQ(read.large, 1);
}

TEST(LogStream, GivesAllBeforeDamageThatWasReadAhead) {
  ColdLog cold(std::vector<std::size_t>(60, 90'000));
  const std::uint64_t damaged = cold.made.offsets(1)[2 + 3 * 30 + 1];
  std::fstream file(cold.log->path_of(1), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(damaged + 100)).put('!').flush();
  const Read read = read_from_start(cold);
  EXPECT_NE(read.error.find("checksum"), std::string::npos) << read.error;
  EXPECT_EQ(read.reached.offset, damaged);
}

TEST(LogStream, WhatComesNextIsReadUnasked) {
  const ColdLog cold(std::vector<std::size_t>(40, 90'000));
  asio::io_context context;
  asio::thread_pool disk(1);
  Notifier notifier(context.get_executor(), *cold.log);
  Notifier::Waiter waiter(notifier);
  LogStream stream(cold.log, disk.get_executor(), context.get_executor(), waiter);
  const auto read = [&]() -> asio::awaitable<void> {
    EXPECT_TRUE(co_await stream.next({1, 4}));
    EXPECT_TRUE(co_await stream.next({1, 4}));
    notifier.close();
  };
  const store::LogReader other(cold.log);
  store::LogPosition last{1, 4};
  asio::co_spawn(context, read(), asio::detached);
  context.run();
  disk.join();
  while (const auto ready = other.ready_block(last)) {
    last.offset = ready->end_offset;
  }
  EXPECT_GT(last.offset, 3U << 19U) << "one piece was asked for, which is a MiB";
}

TEST(LogStream, CanGoWhileItReadsAhead) {
  const ColdLog cold(std::vector<std::size_t>(40, 90'000));
  asio::io_context context;
  asio::thread_pool disk(1);
  Notifier notifier(context.get_executor(), *cold.log);
  Notifier::Waiter waiter(notifier);
  auto stream = std::make_unique<LogStream>(cold.log, disk.get_executor(), context.get_executor(), waiter);
  const auto read = [&]() -> asio::awaitable<void> {
    for (int i = 0; i < 2; ++i) {  // the second one is in memory, and has more read
      EXPECT_TRUE(co_await stream->next({1, 4}));
    }
    stream.reset();
    notifier.close();
  };
  asio::co_spawn(context, read(), asio::detached);
  context.run();
  disk.join();
}

}  // namespace sluice::dump
