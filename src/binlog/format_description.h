#pragma once

#include "base/error.h"
#include "binlog/event_header.h"

namespace sluice::binlog {

/// FORMAT_DESCRIPTION, the first event of every file (manual: "Format_description_event"): who wrote the file and how
/// long the fixed parts of its events are.
struct FormatDescription {
  std::string server_version;  ///< up to 50 bytes
  std::uint32_t created = 0;   ///< seconds since 1970 when a server started with this file, else 0
  Bytes post_header_lengths;   ///< [type - 1] is the length of that type's fixed part
  Checksum checksum = Checksum::none;

  bool operator==(const FormatDescription&) const = default;

  /// Whether the writer knew checksums (MySQL 5.6.1, MariaDB 5.3): its FORMAT_DESCRIPTION then holds an algorithm byte
  /// and ends with a CRC32, whatever the algorithm of the other events is.
  [[nodiscard]] bool knows_checksums() const;

  /// The fixed part's length of a type, 0 for a type the writer did not know.
  [[nodiscard]] std::uint8_t post_header_length(EventType type) const;
};

/// Reads a whole FORMAT_DESCRIPTION event, header to checksum, which is not verified. From writers that knew none:
/// Checksum::none. Refuses binlog versions other than 4 (MySQL below 5.0), with a message that says so.
[[nodiscard]] Result<FormatDescription> decode_format_description(ByteView event);

/// The event's body: everything between header and CRC, the checksum algorithm byte included.
[[nodiscard]] Bytes encode_format_description(const FormatDescription& description);

/// What MySQL 5.7 writes: 38 event types. `server_version` must begin with "5.7.".
[[nodiscard]] FormatDescription mysql57_format_description(std::string server_version);

}  // namespace sluice::binlog
