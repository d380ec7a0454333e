#include "dump/wire_events.h"

#include "base/assert.h"
#include "base/byte_writer.h"
#include "binlog/log_file_name.h"
#include "binlog/other_events.h"

namespace sluice::dump {

namespace {

constexpr std::size_t created_offset = binlog::EventHeader::size + 2 + 50;
constexpr std::size_t format_description_size_min = created_offset + 4 + 1 + 1 + binlog::checksum_size;

constexpr std::uint8_t heartbeat_field_end = 0;
constexpr std::uint8_t heartbeat_field_file = 1;
constexpr std::uint8_t heartbeat_field_position = 2;

std::size_t algorithm_offset(ByteView event) {
  SLUICE_ASSERT(event.size() >= format_description_size_min);
  return event.size() - binlog::checksum_size - 1;
}

Bytes heartbeat_v2_body(std::string_view file, std::uint64_t position) {
  ByteWriter offset;
  offset.length_encoded(position);
  ByteWriter body;
  body.u8(heartbeat_field_file).length_encoded_text(file);
  body.u8(heartbeat_field_position).length_encoded(offset.size()).bytes(offset.view());
  body.u8(heartbeat_field_end);
  return {body.view().begin(), body.view().end()};
}

}  // namespace

Bytes artificial_rotate(const store::LogPosition& position, std::uint32_t server_id, binlog::Checksum checksum) {
  binlog::EventHeader header;
  header.type = binlog::EventType::rotate;
  header.server_id = server_id;
  header.flags = binlog::flag_artificial;
  const Bytes body = binlog::encode_rotate_event(position.offset, binlog::log_file_name(position.file));
  return binlog::make_event(header, body, checksum);
}

Bytes heartbeat(const store::LogPosition& position, std::uint32_t server_id, binlog::Checksum checksum, bool v2) {
  if (!v2 && position.offset > UINT32_MAX) return artificial_rotate(position, server_id, checksum);
  binlog::EventHeader header;
  header.type = v2 ? binlog::EventType::heartbeat_v2 : binlog::EventType::heartbeat;
  header.server_id = server_id;
  header.log_pos = static_cast<std::uint32_t>(position.offset);  // with v2 the low half, as mysqld does
  const std::string file = binlog::log_file_name(position.file);
  if (v2) return binlog::make_event(header, heartbeat_v2_body(file, position.offset), checksum);
  return binlog::make_event(header, as_bytes(file), checksum);
}

void announce_no_checksums(std::span<std::uint8_t> event) {
  event[algorithm_offset(event)] = static_cast<std::uint8_t>(binlog::Checksum::none);
  binlog::write_checksum(event);
}

void detach_from_file_start(std::span<std::uint8_t> event) {
  SLUICE_ASSERT(event.size() >= format_description_size_min);
  store_little_endian(event.data() + created_offset, 0, 4);
  store_little_endian(event.data() + binlog::EventHeader::log_pos_offset, 0, 4);
  binlog::write_checksum(event);
}

AnnouncedFormat announced_format(ByteView event) {
  const bool crc32 = event[algorithm_offset(event)] == static_cast<std::uint8_t>(binlog::Checksum::crc32);
  // One length for each event type that the server knows stands between the fixed fields and the algorithm.
  const std::size_t types = algorithm_offset(event) - (created_offset + 4 + 1);
  return {.checksum = crc32 ? binlog::Checksum::crc32 : binlog::Checksum::none,
          .heartbeat_v2 = types >= static_cast<std::size_t>(binlog::EventType::heartbeat_v2)};
}

}  // namespace sluice::dump
