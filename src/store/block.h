#pragma once

#include <chrono>
#include <memory>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "binlog/event_type.h"
#include "store/log_position.h"

namespace sluice::store {

/// A run of whole events of one file, framed for the wire once and shared by all subscribers. Never changes once
/// published.
///
/// `framed` holds for each event: payload length (3 bytes), sequence number (1 byte, 0 here: it differs between
/// subscribers), status 0 (1 byte), then the event as stored, checksum included.
struct Block {
  static constexpr std::size_t frame_size = 5;
  /// Blocks end at the first event that reaches this size, so they are at most this plus one event.
  static constexpr std::size_t framed_size_target = 256U << 10U;
  /// Larger events do not come in blocks but as LargeEvent.
  static constexpr std::uint32_t event_size_max = 1U << 20U;

  struct Event {
    std::uint32_t frame = 0;  ///< offset of its frame in `framed`
    std::uint32_t size = 0;   ///< bytes of the event
    binlog::EventType type = binlog::EventType::unknown;
  };

  LogPosition begin;             ///< of the first event
  std::uint64_t end_offset = 0;  ///< behind the last event, in the same file
  UnclearedBytes framed;
  std::vector<Event> events;
  /// When it was made to be published; of a block that was read from a file, nothing.
  std::chrono::steady_clock::time_point published{};

  [[nodiscard]] ByteView event_bytes(const Event& event) const {
    return ByteView(framed).subspan(event.frame + frame_size, event.size);
  }
};

/// An event too large for a block; its checksum has been verified. Read it in pieces with LogReader::read_bytes.
struct LargeEvent {
  LogPosition begin;
  std::uint32_t size = 0;
  binlog::EventType type = binlog::EventType::unknown;
};

/// The file has ended and the log goes on at the start (offset 4) of this one.
struct NextFile {
  std::uint64_t number = 0;
};

/// Everything published has been read.
struct AtEnd {};

/// What a log has at a position.
using Piece = std::variant<AtEnd, NextFile, LargeEvent, std::shared_ptr<const Block>>;

}  // namespace sluice::store
