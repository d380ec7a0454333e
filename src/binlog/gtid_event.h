#pragma once

#include <optional>

#include "base/bytes.h"
#include "base/error.h"
#include "binlog/event_type.h"
#include "binlog/gtid.h"

namespace sluice::binlog {

/// The body of GTID (33), ANONYMOUS_GTID (34) and GTID_TAGGED (42), which begins every transaction.
/// Sources: manual "Gtid_event"; for 42 the serialization format described in MySQL 8.3+'s `mysql/serialization` pages.
///
/// Versions differ in how much they write: 5.6 stops behind the number, 5.7 behind the logical clock, 8.0 adds the
/// rest. A member without value was not there and is not written; what cannot be written in the chosen type is an
/// assertion.
struct GtidEvent {
  EventType type = EventType::gtid;
  std::uint8_t flags = 0;  ///< 1: may have changes logged as statements
  Gtid gtid;               ///< number 0 in an ANONYMOUS_GTID

  struct LogicalClock {
    std::int64_t last_committed = 0;
    std::int64_t sequence_number = 0;
    bool operator==(const LogicalClock&) const = default;
  };
  std::optional<LogicalClock> clock;
  std::optional<std::uint64_t> immediate_commit_timestamp;  ///< microseconds
  std::optional<std::uint64_t> original_commit_timestamp;   ///< only where it differs from the immediate one
  std::optional<std::uint64_t> transaction_length;          ///< bytes of the whole transaction, this event included
  std::optional<std::uint32_t> immediate_server_version;
  std::optional<std::uint32_t> original_server_version;  ///< only where it differs from the immediate one
  std::optional<std::uint64_t> commit_group_ticket;

  bool operator==(const GtidEvent&) const = default;
};

/// `body` stands between header and checksum. Bytes behind the known fields are ignored for 33 and 34, as MySQL does.
[[nodiscard]] Result<GtidEvent> decode_gtid_event(EventType type, ByteView body);

/// With `widest_length`, transaction_length takes the same number of bytes (nine) whatever it is from 2^24 on, so that
/// it can be replaced once it is known; readers accept that. Without, it takes as few as MySQL writes.
[[nodiscard]] Bytes encode_gtid_event(const GtidEvent& event, bool widest_length = false);

}  // namespace sluice::binlog
