#pragma once

#include "base/bytes.h"
#include "base/error.h"
#include "binlog/event_type.h"

namespace sluice::binlog {

/// Header flags (manual: "Binlog Event Header Flags").
inline constexpr std::uint16_t flag_in_use = 0x0001;
inline constexpr std::uint16_t flag_artificial = 0x0020;
inline constexpr std::uint16_t flag_ignorable = 0x0080;

/// How events of a file or stream end.
enum class Checksum : std::uint8_t { none = 0, crc32 = 1 };

inline constexpr std::size_t checksum_size = 4;

/// The first four bytes of every binlog file.
inline constexpr std::uint8_t file_magic[4] = {0xFE, 0x62, 0x69, 0x6E};

/// The 19 bytes every v4 event begins with (manual: "Binlog Event Header").
struct EventHeader {
  static constexpr std::size_t size = 19;
  static constexpr std::size_t type_offset = 4;
  static constexpr std::size_t event_size_offset = 9;
  static constexpr std::size_t log_pos_offset = 13;
  static constexpr std::size_t flags_offset = 17;

  std::uint32_t timestamp = 0;  ///< seconds since 1970
  EventType type = EventType::unknown;
  std::uint32_t server_id = 0;
  std::uint32_t event_size = 0;  ///< header, body and checksum
  std::uint32_t log_pos = 0;     ///< low 32 bits of the offset behind the event in its file; 0 where it has none
  std::uint16_t flags = 0;
};

/// Reads the header at the start of `event`, which may hold less or more than the event. Refuses fewer than 19 bytes
/// and an event size below 19. Whether the size fits the rest is the caller's to check.
[[nodiscard]] Result<EventHeader> decode_event_header(ByteView event);

/// Writes 19 bytes at `out`.
void encode_event_header(const EventHeader& header, std::uint8_t* out);

/// An event as a whole: header, `body` and, if asked for, a CRC32 behind it. `header.event_size` is filled in.
/// `body` does not hold the checksum.
[[nodiscard]] Bytes make_event(EventHeader header, ByteView body, Checksum checksum);

/// Whether the last four bytes of `event` are the CRC32 of what stands before them. The in-use flag of a format
/// description does not count, as in MySQL.
[[nodiscard]] bool checksum_matches(ByteView event);

/// Computes the CRC32 of all but the last four bytes of `event` and writes it there.
void write_checksum(std::span<std::uint8_t> event);

}  // namespace sluice::binlog
