#pragma once

#include <optional>

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
  /// How much one packer should gather: less when many of this thread hold a buffer because their subscribers do not
  /// take what they are sent, so that a thousand of them do not hold a thousand large ones.
  [[nodiscard]] static std::size_t share();

  /// `wants_checksums`: events go out as they are stored; otherwise without checksum. `semi_sync`: behind the header of
  /// mysql/semi_sync.h, for which each event is framed anew.
  EventPacker(bool wants_checksums, bool semi_sync, std::uint8_t sequence);
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
  /// Asks a semi-synchronous subscriber to acknowledge what is there, if the last event is one of a transaction.
  /// Nothing may be added then before release().
  void ask_for_acknowledgement();
  void release();

 private:
  void append_frame(std::size_t event_size);
  void add_stripped(ByteView event, binlog::EventType type);
  void add_framed_anew(ByteView event, binlog::EventType type);
  /// Gets a buffer, if there is none, in which `size` bytes have room.
  void reserve(std::size_t size);
  void note_capacity();

  bool wants_checksums_;
  bool semi_sync_;
  std::optional<std::size_t> flag_;  ///< where the flag of the last event is, if it can be acknowledged
  AnnouncedFormat stored_;
  std::uint8_t sequence_;
  Bytes buffer_;
  std::size_t noted_capacity_ = 0;
};

}  // namespace sluice::dump
