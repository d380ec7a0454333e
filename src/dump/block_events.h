#pragma once

#include <algorithm>

#include "store/block.h"

namespace sluice::dump {

/// Where in its file an event of a block begins.
[[nodiscard]] inline std::uint64_t event_offset(const store::Block& block, std::size_t event) {
  return block.begin.offset + block.events[event].frame - event * store::Block::frame_size;
}

/// The index of the event that begins at `offset` of the file; the number of events if none does.
[[nodiscard]] inline std::size_t event_at(const store::Block& block, std::uint64_t offset) {
  std::size_t low = 0;
  std::size_t high = block.events.size();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (event_offset(block, middle) < offset) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < block.events.size() && event_offset(block, low) == offset ? low : block.events.size();
}

/// Behind the last event whose frame, with those of all from `first` on, takes at most `size` bytes; at least one
/// event.
[[nodiscard]] inline std::size_t event_behind(const store::Block& block, std::size_t first, std::size_t size) {
  if (block.framed.size() - block.events[first].frame <= size) {
    return block.events.size();
  }
  const auto from = block.events.begin() + static_cast<std::ptrdiff_t>(first);
  const std::size_t frame_max = block.events[first].frame + size;
  const auto behind = std::partition_point(from, block.events.end(),
                                           [&](const store::Block::Event& event) { return event.frame <= frame_max; });
  return std::max(first + 1, static_cast<std::size_t>(behind - block.events.begin()) - 1);
}

}  // namespace sluice::dump
