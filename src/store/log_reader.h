#pragma once

#include "base/file_descriptor.h"
#include "store/log.h"

namespace sluice::store {

/// Reads a log from front to back for one subscriber. One thread at a time, but for what says otherwise; may block on
/// the disk. The readers there are share what they read last, so one that reads no more should go.
///
/// What comes from files is verified before it is given: a checksum that does not match, or a length that makes no
/// sense, is ErrorKind::corrupt with file and offset, and nothing at or behind it is given.
class LogReader {
 public:
  explicit LogReader(std::shared_ptr<const Log> log) : log_(std::move(log)), recent_(log_->recent_blocks()) {}

  /// What stands at `position`, which must be the start of an event, the end of a file, or log.end(). A block may begin
  /// before `position`: the caller skips to it.
  [[nodiscard]] Result<Piece> read(const LogPosition& position);

  /// The block that holds `position` if it is in memory, among the newest or because it was read just now. Never waits;
  /// any thread, also while another one reads.
  [[nodiscard]] std::shared_ptr<const Block> ready_block(const LogPosition& position) const;

  /// How many readers of this log there are at the moment. Any thread.
  [[nodiscard]] std::size_t sharing() const { return static_cast<std::size_t>(recent_.use_count()); }

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
  std::uint64_t fetched_end_ = 0;  ///< up to here the open file is in the system's cache because of us
  std::shared_ptr<RecentBlocks> recent_;
};

}  // namespace sluice::store
