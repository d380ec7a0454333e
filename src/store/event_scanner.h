#pragma once

#include <filesystem>
#include <optional>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "binlog/event_header.h"

namespace sluice::store {

/// Walks the events of one log file from a given event on, in large reads. One thread.
class EventScanner {
 public:
  /// As much of an event as readers of its beginning need.
  static constexpr std::size_t prefix_size = 64U << 10U;

  struct Event {
    std::uint64_t offset = 0;
    binlog::EventHeader header;
    /// The body without checksum, cut behind `prefix_size` bytes. Valid until the next call.
    ByteView body;
  };

  /// Scans [offset, end) of the file. `verify` computes every checksum; without it only the headers' sense is checked.
  EventScanner(const FileDescriptor& file, std::filesystem::path path, std::uint64_t offset, std::uint64_t end,
               bool verify);

  /// The next event; nothing at the end. ErrorKind::not_found for one that goes beyond the end, ErrorKind::corrupt for
  /// one that is damaged, both with file and offset; offset() then is where it begins.
  [[nodiscard]] Result<std::optional<Event>> next();

  /// Whether good events stand somewhere behind the next one, which is damaged: so it was not just being written. Looks
  /// at most at the 16 MiB behind it.
  [[nodiscard]] bool events_follow() const;

  /// Of the next event.
  [[nodiscard]] std::uint64_t offset() const { return offset_; }

 private:
  [[nodiscard]] Result<void> fill(std::size_t size);
  [[nodiscard]] Result<bool> large_event_matches(std::uint32_t size);
  [[nodiscard]] std::unexpected<Error> damaged(std::string_view what) const;
  [[nodiscard]] std::unexpected<Error> incomplete() const;

  const FileDescriptor& file_;
  std::filesystem::path path_;
  std::uint64_t offset_;
  std::uint64_t end_;
  bool verify_;
  Bytes buffer_;
  std::uint64_t buffer_offset_ = 0;  ///< in the file
  std::size_t buffer_size_ = 0;
};

}  // namespace sluice::store
