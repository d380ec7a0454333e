#pragma once

#include "binlog/event_header.h"
#include "dump/wire_events.h"
#include "store/block.h"

namespace sluice::dump {

/// Gathers framed events for one subscriber's next write, in the form it wants, with its sequence numbers.
///
/// The buffer comes from a store of the calling thread and goes back there by release(), so that an idle subscriber
/// holds none. One thread for all of a packer's life.
class EventPacker {
 public:
  /// `wants_checksums`: events go out as they are stored; otherwise without checksum.
  EventPacker(bool wants_checksums, std::uint8_t sequence);
  ~EventPacker();
  EventPacker(const EventPacker&) = delete;
  EventPacker& operator=(const EventPacker&) = delete;

  /// Events [first, last) of a block.
  void add(const store::Block& block, std::size_t first, std::size_t last);

  /// An event made for this subscriber, as it is; below 16 MiB.
  void add_own(ByteView event);

  /// The stored events to come have this form. A FORMAT_DESCRIPTION that passes says it by itself.
  void set_stored_format(const AnnouncedFormat& format) { stored_ = format; }
  [[nodiscard]] const AnnouncedFormat& stored_format() const { return stored_; }

  [[nodiscard]] bool strips() const { return !wants_checksums_ && stored_.checksum == binlog::Checksum::crc32; }
  /// What events of our own have to end with, to fit the FORMAT_DESCRIPTION the subscriber got.
  [[nodiscard]] binlog::Checksum sent_checksum() const { return strips() ? binlog::Checksum::none : stored_.checksum; }

  [[nodiscard]] ByteView bytes() const { return buffer_; }
  [[nodiscard]] std::uint8_t next_sequence() const { return sequence_; }
  void set_next_sequence(std::uint8_t sequence) { sequence_ = sequence; }
  void release();

 private:
  void append_frame(std::size_t event_size);
  void add_stripped(ByteView event, binlog::EventType type);
  void reserve();

  bool wants_checksums_;
  AnnouncedFormat stored_;
  std::uint8_t sequence_;
  Bytes buffer_;
};

}  // namespace sluice::dump
