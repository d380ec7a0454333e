#pragma once

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

}  // namespace sluice::dump
