#pragma once

#include "base/file_descriptor.h"
#include "store/log.h"

namespace sluice::store {

/// Reads a log from front to back for one subscriber. One thread at a time; may block on the disk.
///
/// What comes from files is verified before it is given: a checksum that does not match, or a length that makes no
/// sense, is ErrorKind::corrupt with file and offset, and nothing at or behind it is given.
class LogReader {
 public:
  explicit LogReader(std::shared_ptr<const Log> log) : log_(std::move(log)) {}

  /// What stands at `position`, which must be the start of an event, the end of a file, or log.end(). A block may begin
  /// before `position`: the caller skips to it. A reader that finds AtEnd has let go of its memory.
  [[nodiscard]] Result<Piece> read(const LogPosition& position);

  /// The block that holds `position` if it is in memory, among the newest or because it was read just now. Never waits.
  [[nodiscard]] std::shared_ptr<const Block> ready_block(const LogPosition& position) const;

  /// The event that begins at `position`, whole; at most `size_max` bytes. For FORMAT_DESCRIPTION and the like.
  [[nodiscard]] Result<Bytes> read_event(const LogPosition& position, std::uint32_t size_max);

  /// Exactly `out.size()` published bytes of a file.
  [[nodiscard]] Result<void> read_bytes(const LogPosition& position, std::span<std::uint8_t> out);

 private:
  [[nodiscard]] Result<void> open(std::uint64_t file);
  [[nodiscard]] Result<Piece> read_block(const LogPosition& position, std::uint64_t end);
  [[nodiscard]] Result<bool> fetch_piece(const LogPosition& position, std::uint64_t size);
  bool fetch(std::uint64_t begin, std::uint64_t end);
  [[nodiscard]] Result<Piece> read_large_event(const LogPosition& position, std::uint64_t end);

  std::shared_ptr<const Log> log_;
  std::uint64_t open_file_ = 0;
  FileDescriptor descriptor_;
  std::uint64_t fetched_end_ = 0;         ///< up to here the open file is in the system's cache because of us
  std::shared_ptr<RecentBlocks> recent_;  ///< while files are read
};

}  // namespace sluice::store
