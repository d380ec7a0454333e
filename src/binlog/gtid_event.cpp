#include "binlog/gtid_event.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/assert.h"
#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "binlog/gtid_tagged_event.h"

namespace sluice::binlog {
namespace {

constexpr std::uint8_t clock_type = 2;
constexpr std::size_t timestamp_size = 7;
constexpr std::uint64_t timestamp_follows = 1ULL << 55U;
constexpr std::uint32_t version_follows = 1U << 31U;

/// Reads what 8.0 writes behind the logical clock; each part only if there are bytes for it.
void read_commit(ByteReader& reader, GtidEvent& event) {
  if (reader.remaining() < timestamp_size) return;
  std::uint64_t timestamp = reader.number(timestamp_size);
  if ((timestamp & timestamp_follows) != 0) event.original_commit_timestamp = reader.number(timestamp_size);
  event.immediate_commit_timestamp = timestamp & ~timestamp_follows;
  if (reader.remaining() < 1) return;
  event.transaction_length = reader.length_encoded();
  if (reader.remaining() < 4) return;
  const std::uint32_t version = reader.u32();
  if ((version & version_follows) != 0) event.original_server_version = reader.u32();
  event.immediate_server_version = version & ~version_follows;
  if (reader.remaining() >= 8) event.commit_group_ticket = reader.u64();
}

Result<GtidEvent> decode_untagged(EventType type, ByteView body) {
  ByteReader reader(body);
  GtidEvent event;
  event.type = type;
  event.flags = reader.u8();
  const ByteView uuid = reader.bytes(event.gtid.source.uuid.bytes.size());
  std::copy(uuid.begin(), uuid.end(), event.gtid.source.uuid.bytes.begin());
  event.gtid.number = reader.u64();
  if (reader.remaining() > 0 && reader.u8() == clock_type) {
    GtidEvent::LogicalClock clock;
    clock.last_committed = static_cast<std::int64_t>(reader.u64());
    clock.sequence_number = static_cast<std::int64_t>(reader.u64());
    event.clock = clock;
    read_commit(reader, event);
  }
  if (!reader.ok()) return fail(ErrorKind::invalid, fmt::format("GTID event of {} bytes is cut short", body.size()));
  return event;
}

/// Why the event cannot be one a server wrote, or nothing. What passes can be written in every type.
std::string_view implausible(const GtidEvent& event) {
  if (event.type == EventType::anonymous_gtid ? event.gtid.number != 0
                                              : event.gtid.number < 1 || event.gtid.number > gtid_number_max) {
    return "a number out of range";
  }
  if (std::max(event.immediate_commit_timestamp.value_or(0), event.original_commit_timestamp.value_or(0)) >=
      timestamp_follows) {
    return "a commit timestamp out of range";
  }
  if (std::max(event.immediate_server_version.value_or(0), event.original_server_version.value_or(0)) >=
      version_follows) {
    return "a server version out of range";
  }
  return {};
}

void write_commit(ByteWriter& writer, const GtidEvent& event, bool widest_length) {
  if (!event.immediate_commit_timestamp) {
    SLUICE_ASSERT(!event.original_commit_timestamp && !event.transaction_length);
    return;
  }
  SLUICE_ASSERT(event.clock.has_value());
  writer.number(*event.immediate_commit_timestamp | (event.original_commit_timestamp ? timestamp_follows : 0),
                timestamp_size);
  if (event.original_commit_timestamp) writer.number(*event.original_commit_timestamp, timestamp_size);
  if (!event.transaction_length) {
    SLUICE_ASSERT(!event.immediate_server_version);
    return;
  }
  if (widest_length)
    writer.u8(0xFE).u64(*event.transaction_length);
  else
    writer.length_encoded(*event.transaction_length);
  if (!event.immediate_server_version) {
    SLUICE_ASSERT(!event.original_server_version && !event.commit_group_ticket);
    return;
  }
  writer.u32(*event.immediate_server_version | (event.original_server_version ? version_follows : 0));
  if (event.original_server_version) writer.u32(*event.original_server_version);
  if (event.commit_group_ticket) writer.u64(*event.commit_group_ticket);
}

}  // namespace

Result<GtidEvent> decode_gtid_event(EventType type, ByteView body) {
  if (type != EventType::gtid && type != EventType::anonymous_gtid && type != EventType::gtid_tagged) {
    return fail(ErrorKind::invalid, fmt::format("an event of type {} ({}) is no GTID event", static_cast<int>(type),
                                                event_type_name(type)));
  }
  Result<GtidEvent> event =
      type == EventType::gtid_tagged ? decode_gtid_tagged_event(body) : decode_untagged(type, body);
  if (event) {
    if (const std::string_view cause = implausible(*event); !cause.empty())
      return fail(ErrorKind::invalid, fmt::format("GTID event has {}", cause));
  }
  return event;
}

Bytes encode_gtid_event(const GtidEvent& event, bool widest_length) {
  SLUICE_ASSERT(implausible(event).empty());
  if (event.type == EventType::gtid_tagged) return encode_gtid_tagged_event(event, widest_length);
  SLUICE_ASSERT(event.gtid.source.tag.empty());
  constexpr std::size_t usual_size_max = 96;
  Bytes room;
  room.reserve(usual_size_max);
  ByteWriter writer(std::move(room));
  writer.u8(event.flags).bytes(event.gtid.source.uuid.bytes).u64(event.gtid.number);
  if (event.clock) {
    writer.u8(clock_type);
    writer.u64(static_cast<std::uint64_t>(event.clock->last_committed));
    writer.u64(static_cast<std::uint64_t>(event.clock->sequence_number));
  }
  write_commit(writer, event, widest_length);
  return std::move(writer).take();
}

}  // namespace sluice::binlog
