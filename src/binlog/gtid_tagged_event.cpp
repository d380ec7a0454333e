#include "binlog/gtid_tagged_event.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "binlog/variable_number.h"

namespace sluice::binlog {
namespace {

constexpr std::uint64_t format_version = 1;
constexpr std::size_t widest = 9;

enum Field : std::uint64_t {
  field_flags,
  field_uuid,
  field_number,
  field_tag,
  field_last_committed,
  field_sequence_number,
  field_immediate_commit_timestamp,
  field_original_commit_timestamp,
  field_transaction_length,
  field_immediate_server_version,
  field_original_server_version,
  field_commit_group_ticket,
  field_count
};

/// A number that must fit 32 bits; a larger one becomes the largest, which no server version is.
std::uint32_t read_version(ByteReader& reader) {
  constexpr std::uint64_t largest = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(std::min(read_variable_number(reader), largest));
}

bool read_byte(ByteReader& reader, std::uint8_t& byte) {
  const std::uint64_t value = read_variable_number(reader);
  byte = static_cast<std::uint8_t>(value);
  return value <= std::numeric_limits<std::uint8_t>::max();
}

bool read_tag(ByteReader& reader, std::string& tag) {
  const std::uint64_t size = read_variable_number(reader);
  if (size == 0 || size > gtid_tag_size_max) return size == 0;
  std::optional<std::string> parsed = parse_gtid_tag(reader.text(static_cast<std::size_t>(size)));
  if (!parsed) return false;
  tag = std::move(*parsed);
  return true;
}

GtidEvent::LogicalClock& clock_of(GtidEvent& event) {
  if (!event.clock) event.clock = GtidEvent::LogicalClock{};
  return *event.clock;
}

/// Reads the value of `field`; false if it cannot be one.
bool read_field(ByteReader& reader, std::uint64_t field, GtidEvent& event) {
  switch (field) {
    case field_flags:
      return read_byte(reader, event.flags);
    case field_uuid:
      return std::all_of(event.gtid.source.uuid.bytes.begin(), event.gtid.source.uuid.bytes.end(),
                         [&reader](std::uint8_t& byte) { return read_byte(reader, byte); });
    case field_number:
      event.gtid.number = static_cast<std::uint64_t>(read_variable_signed(reader));
      return true;
    case field_tag:
      return read_tag(reader, event.gtid.source.tag);
    case field_last_committed:
      clock_of(event).last_committed = read_variable_signed(reader);
      return true;
    case field_sequence_number:
      clock_of(event).sequence_number = read_variable_signed(reader);
      return true;
    case field_immediate_commit_timestamp:
      event.immediate_commit_timestamp = read_variable_number(reader);
      return true;
    case field_original_commit_timestamp:
      event.original_commit_timestamp = read_variable_number(reader);
      return true;
    case field_transaction_length:
      event.transaction_length = read_variable_number(reader);
      return true;
    case field_immediate_server_version:
      event.immediate_server_version = read_version(reader);
      return true;
    case field_original_server_version:
      event.original_server_version = read_version(reader);
      return true;
    case field_commit_group_ticket:
      event.commit_group_ticket = read_variable_number(reader);
      return true;
    default:
      return false;
  }
}

template <typename Value>
void write_optional(ByteWriter& writer, Field field, const std::optional<Value>& value) {
  if (value) {
    write_variable_number(writer, field);
    write_variable_number(writer, *value);
  }
}

Bytes encode_fields(const GtidEvent& event, bool widest_length) {
  ByteWriter writer;
  write_variable_number(writer, field_flags);
  write_variable_number(writer, event.flags);
  write_variable_number(writer, field_uuid);
  for (const std::uint8_t byte : event.gtid.source.uuid.bytes)
    write_variable_number(writer, byte);
  write_variable_number(writer, field_number);
  write_variable_signed(writer, static_cast<std::int64_t>(event.gtid.number));
  write_variable_number(writer, field_tag);
  write_variable_number(writer, event.gtid.source.tag.size());
  writer.text(event.gtid.source.tag);
  if (event.clock) {
    write_variable_number(writer, field_last_committed);
    write_variable_signed(writer, event.clock->last_committed);
    write_variable_number(writer, field_sequence_number);
    write_variable_signed(writer, event.clock->sequence_number);
  }
  write_optional(writer, field_immediate_commit_timestamp, event.immediate_commit_timestamp);
  write_optional(writer, field_original_commit_timestamp, event.original_commit_timestamp);
  if (event.transaction_length) {
    write_variable_number(writer, field_transaction_length);
    write_variable_number(writer, *event.transaction_length,
                          widest_length ? widest : variable_number_size(*event.transaction_length));
  }
  write_optional(writer, field_immediate_server_version, event.immediate_server_version);
  write_optional(writer, field_original_server_version, event.original_server_version);
  write_optional(writer, field_commit_group_ticket, event.commit_group_ticket);
  return std::move(writer).take();
}

}  // namespace

Result<GtidEvent> decode_gtid_tagged_event(ByteView body) {
  ByteReader reader(body);
  const std::uint64_t version = read_variable_number(reader);
  const std::uint64_t size = read_variable_number(reader);
  const std::uint64_t last_needed = read_variable_number(reader);
  if (!reader.ok() || size > body.size())
    return fail(ErrorKind::invalid, fmt::format("tagged GTID event of {} bytes is cut short", body.size()));
  if (version != format_version || last_needed > field_count) {
    return fail(ErrorKind::unsupported,
                fmt::format("tagged GTID event has format version {} and fields up to {}; known "
                            "are version {} and fields up to {}",
                            version, last_needed, format_version, +field_count));
  }
  GtidEvent event;
  event.type = EventType::gtid_tagged;
  std::uint64_t next = 0;
  std::uint64_t found = 0;
  while (reader.remaining() > 0) {
    const std::uint64_t field = read_variable_number(reader);
    if (field >= field_count) break;  // of a later version, and it says we need not know it
    if (field < next || !read_field(reader, field, event) || !reader.ok())
      return fail(ErrorKind::invalid, fmt::format("field {} of tagged GTID event is malformed", field));
    next = field + 1;
    found |= 1ULL << field;
  }
  constexpr std::uint64_t needed = 1U << field_flags | 1U << field_uuid | 1U << field_number | 1U << field_tag;
  if (!reader.ok() || (found & needed) != needed)
    return fail(ErrorKind::invalid, fmt::format("tagged GTID event of {} bytes lacks fields", body.size()));
  return event;
}

Bytes encode_gtid_tagged_event(const GtidEvent& event, bool widest_length) {
  const Bytes fields = encode_fields(event, widest_length);
  // The size counts itself. MySQL's library as published leaves that byte out where it makes the difference between one
  // byte and two; its readers (9.7) then refuse the event, so ours is right there too.
  const std::size_t others = 1 + 1 + fields.size();
  const std::size_t size = others + variable_number_size(others + 1);
  ByteWriter writer;
  write_variable_number(writer, format_version);
  write_variable_number(writer, size);
  write_variable_number(writer, 0);  // the last field a reader has to know: none
  writer.bytes(fields);
  return std::move(writer).take();
}

}  // namespace sluice::binlog
