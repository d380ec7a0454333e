#include "store/block_builder.h"

#include <algorithm>

#include "base/assert.h"
#include "binlog/event_header.h"

namespace sluice::store {

BlockBuilder::BlockBuilder(LogPosition begin) : block_(std::make_shared<Block>()) {
  block_->begin = begin;
  block_->end_offset = begin.offset;
}

void BlockBuilder::add(ByteView event, binlog::EventType type) {
  SLUICE_ASSERT(event.size() <= Block::event_size_max);
  UnclearedBytes& framed = block_->framed;
  const std::size_t frame = framed.size();
  framed.resize(frame + Block::frame_size + event.size());
  std::uint8_t* const out = framed.data() + frame;
  store_little_endian(out, event.size() + 1, 4);  // with the sequence number, which is 0
  out[4] = 0;
  std::memcpy(out + Block::frame_size, event.data(), event.size());
  block_->events.push_back({static_cast<std::uint32_t>(frame), static_cast<std::uint32_t>(event.size()), type});
  block_->end_offset += event.size();
}

void BlockBuilder::reserve(std::size_t size) {
  // An event of a small transaction has about 100 bytes.
  constexpr std::size_t event_size_usual = 96;
  constexpr std::size_t events_usual = 2048;
  const std::size_t wanted = std::min(size, Block::framed_size_target);
  const std::size_t events = wanted / event_size_usual + 1;
  block_->framed.reserve(wanted + events * Block::frame_size);
  block_->events.reserve(std::min(events, events_usual));
}

std::shared_ptr<const Block> BlockBuilder::take(std::chrono::steady_clock::time_point published) {
  block_->published = published;
  auto next_block = std::make_shared<Block>();
  next_block->begin = next();
  next_block->end_offset = block_->end_offset;
  return std::exchange(block_, std::move(next_block));
}

std::vector<std::shared_ptr<const Block>> make_blocks(LogPosition begin, ByteView bytes) {
  std::vector<std::shared_ptr<const Block>> blocks;
  BlockBuilder builder(begin);
  const auto now = std::chrono::steady_clock::now();
  const auto end_block = [&] {
    if (!builder.empty()) blocks.push_back(builder.take(now));
  };
  for (std::size_t at = 0; at < bytes.size();) {
    const auto size =
        static_cast<std::size_t>(load_little_endian(bytes.data() + at + binlog::EventHeader::event_size_offset, 4));
    SLUICE_ASSERT(size >= binlog::EventHeader::size && size <= bytes.size() - at);
    if (size > Block::event_size_max) {
      end_block();
      builder = BlockBuilder({begin.file, begin.offset + at + size});
    } else {
      if (builder.empty()) builder.reserve(bytes.size() - at);
      builder.add(bytes.subspan(at, size),
                  static_cast<binlog::EventType>(bytes[at + binlog::EventHeader::type_offset]));
      if (builder.full()) end_block();
    }
    at += size;
  }
  end_block();
  return blocks;
}

}  // namespace sluice::store
