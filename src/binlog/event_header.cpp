#include "binlog/event_header.h"

#include <limits>

#include <fmt/format.h>

#include "base/assert.h"
#include "base/crc32.h"

namespace sluice::binlog {
namespace {

/// The CRC32 of `covered`, computed as if the in-use flag of a format description were not set: the server clears it
/// when it closes the file and does not write the checksum again.
std::uint32_t event_crc32(ByteView covered) {
  if (covered.size() < EventHeader::size ||
      covered[EventHeader::type_offset] != static_cast<std::uint8_t>(EventType::format_description) ||
      (covered[EventHeader::flags_offset] & flag_in_use) == 0) {
    return crc32(0, covered);
  }
  const auto flags = static_cast<std::uint8_t>(covered[EventHeader::flags_offset] & ~flag_in_use);
  std::uint32_t crc = crc32(0, covered.first(EventHeader::flags_offset));
  crc = crc32(crc, ByteView(&flags, 1));
  return crc32(crc, covered.subspan(EventHeader::flags_offset + 1));
}

}  // namespace

Result<EventHeader> decode_event_header(ByteView event) {
  if (event.size() < EventHeader::size) {
    return fail(ErrorKind::invalid,
                fmt::format("event header is cut short: {} of {} bytes", event.size(), EventHeader::size));
  }
  const std::uint8_t* const at = event.data();
  EventHeader header;
  header.timestamp = static_cast<std::uint32_t>(load_little_endian(at, 4));
  header.type = static_cast<EventType>(at[EventHeader::type_offset]);
  header.server_id = static_cast<std::uint32_t>(load_little_endian(at + 5, 4));
  header.event_size = static_cast<std::uint32_t>(load_little_endian(at + EventHeader::event_size_offset, 4));
  header.log_pos = static_cast<std::uint32_t>(load_little_endian(at + EventHeader::log_pos_offset, 4));
  header.flags = static_cast<std::uint16_t>(load_little_endian(at + EventHeader::flags_offset, 2));
  if (header.event_size < EventHeader::size) {
    return fail(ErrorKind::invalid, fmt::format("event of type {} announces {} bytes, fewer than its header has",
                                                at[EventHeader::type_offset], header.event_size));
  }
  return header;
}

void encode_event_header(const EventHeader& header, std::uint8_t* out) {
  store_little_endian(out, header.timestamp, 4);
  out[EventHeader::type_offset] = static_cast<std::uint8_t>(header.type);
  store_little_endian(out + 5, header.server_id, 4);
  store_little_endian(out + EventHeader::event_size_offset, header.event_size, 4);
  store_little_endian(out + EventHeader::log_pos_offset, header.log_pos, 4);
  store_little_endian(out + EventHeader::flags_offset, header.flags, 2);
}

Bytes make_event(EventHeader header, ByteView body, Checksum checksum) {
  const std::size_t size = EventHeader::size + body.size() + (checksum == Checksum::crc32 ? checksum_size : 0);
  SLUICE_ASSERT(size <= std::numeric_limits<std::uint32_t>::max());
  header.event_size = static_cast<std::uint32_t>(size);
  Bytes event;
  event.reserve(size);
  event.resize(EventHeader::size);
  encode_event_header(header, event.data());
  event.insert(event.end(), body.begin(), body.end());
  if (checksum == Checksum::crc32) {
    event.resize(size);
    write_checksum(event);
  }
  return event;
}

bool checksum_matches(ByteView event) {
  if (event.size() < checksum_size) return false;
  const ByteView covered = event.first(event.size() - checksum_size);
  return load_little_endian(covered.data() + covered.size(), checksum_size) == event_crc32(covered);
}

void write_checksum(std::span<std::uint8_t> event) {
  SLUICE_ASSERT(event.size() >= checksum_size);
  const std::size_t covered = event.size() - checksum_size;
  store_little_endian(event.data() + covered, event_crc32(event.first(covered)), checksum_size);
}

}  // namespace sluice::binlog
