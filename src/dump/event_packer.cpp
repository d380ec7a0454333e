#include "dump/event_packer.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "dump/wire_events.h"
#include "mysql/semi_sync.h"

namespace sluice::dump {

namespace {

using binlog::EventType;
using store::Block;
namespace semi_sync = mysql::semi_sync;

constexpr std::size_t sequence_offset = 3;
constexpr std::size_t usual_capacity = Block::framed_size_target + Block::framed_size_target / 4;
constexpr std::size_t kept_capacity_max = 2 * Block::event_size_max;
constexpr std::size_t kept_buffers_max = 4;

/// Others say where a file begins and ends, which is nobody's to keep safe.
bool is_of_transaction(EventType type) {
  return type != EventType::format_description && type != EventType::previous_gtids && type != EventType::rotate &&
         type != EventType::stop;
}

/// Buffers nobody of this thread uses at the moment.
std::vector<Bytes>& spare_buffers() {
  thread_local std::vector<Bytes> spare;
  return spare;
}

/// So much the buffers of a thread may take together before they get smaller, by and by down to share_min.
constexpr std::size_t used_capacity_usual = 32U << 20U;
constexpr std::size_t share_of_rest = 16;
constexpr std::size_t share_min = 16U << 10U;

/// What the buffers of this thread's packers take.
std::size_t& used_capacity() {
  thread_local std::size_t used = 0;
  return used;
}

}  // namespace

EventPacker::EventPacker(bool wants_checksums, bool semi_sync, std::uint8_t sequence)
    : wants_checksums_(wants_checksums), semi_sync_(semi_sync), sequence_(sequence) {}

EventPacker::~EventPacker() {
  release();
}

std::size_t EventPacker::share() {
  const std::size_t used = used_capacity();
  const std::size_t left = used < used_capacity_usual ? used_capacity_usual - used : 0;
  return std::clamp(left / share_of_rest, share_min, usual_capacity);
}

void EventPacker::release() {
  buffer_.clear();
  used_capacity() -= std::exchange(noted_capacity_, 0);
  flag_.reset();
  std::vector<Bytes>& spare = spare_buffers();
  const bool large = buffer_.capacity() >= usual_capacity && buffer_.capacity() <= kept_capacity_max;
  if (large && spare.size() < kept_buffers_max) {
    spare.push_back(std::move(buffer_));
  }
  buffer_ = Bytes();
}

void EventPacker::reserve(std::size_t size) {
  if (buffer_.capacity() > 0) {
    return;
  }
  std::vector<Bytes>& spare = spare_buffers();
  if (size <= usual_capacity / 4) {
    buffer_.reserve(size);
  } else if (spare.empty()) {
    buffer_.reserve(std::max(size, usual_capacity));
  } else {
    buffer_ = std::move(spare.back());
    spare.pop_back();
  }
}

void EventPacker::note_capacity() {
  used_capacity() += buffer_.capacity() - noted_capacity_;
  noted_capacity_ = buffer_.capacity();
}

void EventPacker::append_frame(std::size_t event_size) {
  std::uint8_t frame[Block::frame_size + semi_sync::header_size] = {};
  const std::size_t header = semi_sync_ ? semi_sync::header_size : 0;
  SLUICE_ASSERT(event_size + 1 + header < (1U << 24U) - 1);
  store_little_endian(frame, event_size + 1 + header, 3);
  frame[sequence_offset] = sequence_++;
  frame[Block::frame_size] = semi_sync::magic;
  buffer_.insert(buffer_.end(), frame, frame + Block::frame_size + header);
  flag_.reset();
}

void EventPacker::ask_for_acknowledgement() {
  if (flag_) {
    buffer_[*flag_] = semi_sync::acknowledge_flag;
    sequence_ = semi_sync::sequence_after_flag;
    flag_.reset();
  }
}

void EventPacker::add(const Block& block, std::size_t first, std::size_t last) {
  if (first >= last) {
    return;
  }
  const std::size_t from = block.events[first].frame;
  const std::size_t to = block.events[last - 1].frame + Block::frame_size + block.events[last - 1].size;
  reserve(to - from);
  // Nothing but the first event of a file is one, and no block spans files.
  if (block.events[first].type == EventType::format_description) {
    stored_ = announced_format(block.event_bytes(block.events[first]));
  }
  if (strips() || semi_sync_) {
    for (std::size_t i = first; i < last; ++i) {
      add_framed_anew(block.event_bytes(block.events[i]), block.events[i].type);
    }
    note_capacity();
    return;
  }
  const std::size_t moved = buffer_.size() - from;
  buffer_.insert(buffer_.end(), block.framed.data() + from, block.framed.data() + to);
  for (std::size_t i = first; i < last; ++i) {
    buffer_[moved + block.events[i].frame + sequence_offset] = sequence_++;
  }
  note_capacity();
}

void EventPacker::add_framed_anew(ByteView event, EventType type) {
  const std::size_t frame = buffer_.size();
  if (strips()) {
    add_stripped(event, type);
  } else {
    append_frame(event.size());
    buffer_.insert(buffer_.end(), event.begin(), event.end());
  }
  if (semi_sync_ && is_of_transaction(type)) {
    flag_ = frame + Block::frame_size + 1;
  }
}

void EventPacker::add_stripped(ByteView event, EventType type) {
  const std::size_t at = buffer_.size() + Block::frame_size + (semi_sync_ ? semi_sync::header_size : 0);
  if (type == EventType::format_description) {
    append_frame(event.size());
    buffer_.insert(buffer_.end(), event.begin(), event.end());
    announce_no_checksums(std::span(buffer_).subspan(at));
    return;
  }
  SLUICE_ASSERT(event.size() >= binlog::EventHeader::size + binlog::checksum_size);
  const ByteView kept = event.first(event.size() - binlog::checksum_size);
  append_frame(kept.size());
  buffer_.insert(buffer_.end(), kept.begin(), kept.end());
  store_little_endian(buffer_.data() + at + binlog::EventHeader::event_size_offset, kept.size(), 4);
}

void EventPacker::add_own(ByteView event) {
  reserve(Block::frame_size + event.size());
  append_frame(event.size());
  buffer_.insert(buffer_.end(), event.begin(), event.end());
  note_capacity();
}

}  // namespace sluice::dump
