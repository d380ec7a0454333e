#pragma once

#include <span>

#include "binlog/event_header.h"
#include "store/log_position.h"

namespace sluice::dump {

/// Events that exist on the wire only, and what a stored FORMAT_DESCRIPTION becomes there. As MySQL 5.7's sender makes
/// them.

/// ROTATE that names the file whose events follow and where they begin: timestamp 0, log_pos 0, flag artificial.
[[nodiscard]] Bytes artificial_rotate(const store::LogPosition& position, std::uint32_t server_id,
                                      binlog::Checksum checksum);

/// Nothing happened up to `position`: HEARTBEAT_V2 for those who read it (`v2`), HEARTBEAT for others. That one cannot
/// name a position from 4 GiB on, and a replica stops when told of one before its own; an artificial ROTATE can.
///
/// HEARTBEAT's body is the file's name; HEARTBEAT_V2's are fields of type, length and value: 1 the file's name, 2 the
/// position as a length encoded number, 0 the end.
[[nodiscard]] Bytes heartbeat(const store::LogPosition& position, std::uint32_t server_id, binlog::Checksum checksum,
                              bool v2);

/// Clears the checksum algorithm in a whole FORMAT_DESCRIPTION and mends its own checksum.
void announce_no_checksums(std::span<std::uint8_t> event);

/// Makes a FORMAT_DESCRIPTION one that precedes the middle of a file: log_pos 0, so that it does not count as a place,
/// and created 0, so that a replica does not drop its temporary tables. Mends the checksum.
void detach_from_file_start(std::span<std::uint8_t> event);

/// What a FORMAT_DESCRIPTION announces of the events behind it, as far as sending them needs it.
struct AnnouncedFormat {
  binlog::Checksum checksum = binlog::Checksum::crc32;
  bool heartbeat_v2 = false;  ///< HEARTBEAT_V2 is among its types; a replica refuses events of others
};

/// Of a whole FORMAT_DESCRIPTION.
[[nodiscard]] AnnouncedFormat announced_format(ByteView event);

}  // namespace sluice::dump
