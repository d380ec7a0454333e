#pragma once

#include "base/error.h"
#include "store/block.h"

namespace sluice::store {

/// Frames a run of stored events into blocks.
class BlockBuilder {
 public:
  /// The first event will stand at `begin`.
  explicit BlockBuilder(LogPosition begin);

  /// Adds the event that follows. It has at most Block::event_size_max bytes.
  void add(ByteView event, binlog::EventType type);

  [[nodiscard]] bool empty() const { return block_->events.empty(); }
  [[nodiscard]] bool full() const { return block_->framed.size() >= Block::framed_size_target; }
  /// Where the next event would stand.
  [[nodiscard]] LogPosition next() const { return {block_->begin.file, block_->end_offset}; }

  /// Makes room for `size` bytes of events, or as many as a block takes.
  void reserve(std::size_t size);

  /// The block so far; the builder goes on with an empty one behind it.
  [[nodiscard]] std::shared_ptr<const Block> take(std::chrono::steady_clock::time_point published = {});

 private:
  std::shared_ptr<Block> block_;
};

/// Blocks, to be published now, of the events in `bytes`, which stand at `begin` of a log file. Larger events are left
/// out: they are read from the file. `bytes` were written by ourselves and hold whole events.
[[nodiscard]] std::vector<std::shared_ptr<const Block>> make_blocks(LogPosition begin, ByteView bytes);

}  // namespace sluice::store
