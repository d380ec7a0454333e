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

/// HEARTBEAT: nothing happened up to `position`. log_pos holds its low 32 bits, the body the file's name.
[[nodiscard]] Bytes heartbeat(const store::LogPosition& position, std::uint32_t server_id, binlog::Checksum checksum);

/// Clears the checksum algorithm in a whole FORMAT_DESCRIPTION and mends its own checksum.
void announce_no_checksums(std::span<std::uint8_t> event);

/// Makes a FORMAT_DESCRIPTION one that precedes the middle of a file: log_pos 0, so that it does not count as a place,
/// and created 0, so that a replica does not drop its temporary tables. Mends the checksum.
void detach_from_file_start(std::span<std::uint8_t> event);

/// The algorithm a whole FORMAT_DESCRIPTION announces for the other events.
[[nodiscard]] binlog::Checksum announced_checksum(ByteView event);

}  // namespace sluice::dump
