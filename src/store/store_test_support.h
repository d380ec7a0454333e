#pragma once

// What tests of the store share: directories, and runs of writer and converter over them.

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/file.h"
#include "binlog/binlog_file.h"
#include "binlog/query_event.h"
#include "convert/converter.h"
#include "store/log_writer.h"

namespace sluice::store {

using binlog::EventHeader;
using binlog::EventType;

/// A directory of its own, removed at the end.
class Directory {
 public:
  Directory() {
    char name[] = "/tmp/sluice-store-XXXXXX";
    path = ::mkdtemp(name);
  }
  ~Directory() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

inline binlog::Uuid tenant_uuid() {
  return convert::derive_uuid("a.b", 0);
}

inline convert::TransactionStart start_of(std::uint64_t number) {
  convert::TransactionStart start{.timestamp = static_cast<std::uint32_t>(1000 + number),
                                  .server_id = 7,
                                  .flags = 0,
                                  .gtid = {},
                                  .clock_epoch = "",
                                  .commit_group = std::nullopt};
  start.gtid.gtid = {{tenant_uuid(), ""}, number};
  return start;
}

inline Bytes query(std::string_view text) {
  return binlog::encode_query_event(
      {.thread_id = 1, .execution_time = 0, .error_code = 0, .status_variables = {}, .database = "d", .text = text});
}

/// One run of an instance over a directory: log, writer, converter.
struct LogRun {
  explicit LogRun(const std::filesystem::path& directory, std::uint64_t max_binlog_size = 1U << 30U,
                  LogSyncer::Sync sync = sync_data)
      : layout{.server_id = 9, .assigned_uuid = {}, .max_binlog_size = max_binlog_size},
        log(std::make_shared<Log>(directory)) {
    auto opened = LogWriter::open(log, std::move(sync));
    EXPECT_TRUE(opened) << opened.error().message;
    writer = std::move(*opened);
  }

  void begin(LogWriter::TakeUp how = LogWriter::TakeUp::verify) {
    convert::LogState state;
    state.source_place = "start";
    if (!writer->empty()) state = *writer->take_up(how);
    taken_up = state;
    converter = std::make_unique<convert::Converter>(layout, state, *writer);
    ASSERT_TRUE(converter->format(binlog::mysql57_format_description("5.7.44-test"), 500));
  }

  Result<void> transaction(std::uint64_t number, const std::string& statement) {
    if (auto begun = converter->begin(start_of(number)); !begun) return begun;
    const EventHeader header{
        .timestamp = 1, .type = EventType::query, .server_id = 7, .event_size = 0, .log_pos = 0, .flags = 0};
    if (auto passed = converter->event(header, query(statement)); !passed) {
      converter->abort();
      return passed;
    }
    return converter->commit("behind " + std::to_string(number));
  }

  /// Transactions `first` to `last`, as the source would give them.
  void transactions(std::uint64_t first, std::uint64_t last, std::size_t size = 100) {
    for (std::uint64_t number = first; number <= last; ++number) {
      ASSERT_TRUE(transaction(number, std::to_string(number) + std::string(size, 'x')));
    }
    ASSERT_TRUE(converter->idle());
  }

  convert::Layout layout;
  std::shared_ptr<Log> log;
  std::unique_ptr<LogWriter> writer;
  convert::LogState taken_up;
  std::unique_ptr<convert::Converter> converter;
};

inline std::string content(const std::filesystem::path& path) {
  return *read_file(path, 1U << 30U);
}

inline void cut(const std::filesystem::path& path, std::uint64_t size) {
  ASSERT_EQ(::truncate(path.c_str(), static_cast<off_t>(size)), 0);
}

inline void flip(const std::filesystem::path& path, std::uint64_t offset) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  const int byte = file.get();
  file.seekp(static_cast<std::streamoff>(offset));
  file.put(static_cast<char>(byte ^ 0x10));
}

inline std::size_t events_in(const std::string& file) {
  std::size_t events = 0;
  const auto walked = binlog::walk_binlog_file(as_bytes(file), [&](const auto&) -> Result<void> {
    ++events;
    return {};
  });
  EXPECT_TRUE(walked) << walked.error().message;
  return events;
}

}  // namespace sluice::store
