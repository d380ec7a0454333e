#include <algorithm>

#include "base/assert.h"
#include "binlog/binlog_file.h"
#include "binlog/gtid_event.h"
#include "binlog/mariadb_events.h"
#include "binlog/other_events.h"
#include "binlog/query_event.h"

// Any bytes as a binlog file, and, its checksums aside, as bodies of events of every type. What a decoder accepts, its
// encoder must write so that it is read as the same again.

using namespace sluice;
using namespace sluice::binlog;

namespace {

constexpr std::uint32_t unpacked_max = 1U << 20U;

void check_gtid(EventType type, ByteView body) {
  const Result<GtidEvent> event = decode_gtid_event(type, body);
  if (!event) return;
  for (const bool widest : {false, true}) {
    const Result<GtidEvent> again = decode_gtid_event(type, encode_gtid_event(*event, widest));
    SLUICE_ASSERT(again && *again == *event);
  }
}

void check_query(ByteView body) {
  if (const Result<QueryEvent> event = decode_query_event(body); event)
    SLUICE_ASSERT(std::ranges::equal(encode_query_event(*event), body));
}

void check_others(ByteView body) {
  if (const Result<RotateEvent> event = decode_rotate_event(body); event)
    SLUICE_ASSERT(std::ranges::equal(encode_rotate_event(event->position, event->file), body));
  if (const Result<XaPrepareEvent> event = decode_xa_prepare_event(body); event) {
    const Bytes written = encode_xa_prepare_event(*event);
    const Result<XaPrepareEvent> again = decode_xa_prepare_event(written);
    SLUICE_ASSERT(again && again->global_id == event->global_id && again->branch_id == event->branch_id);
  }
  (void)parse_mariadb_gtids(as_text(body));
}

void check_format_description(ByteView event) {
  const Result<FormatDescription> description = decode_format_description(event);
  if (!description) return;
  EventHeader header;
  header.type = EventType::format_description;
  const Checksum tail = description->knows_checksums() ? Checksum::crc32 : Checksum::none;
  const Bytes again = make_event(header, encode_format_description(*description), tail);
  SLUICE_ASSERT(checksum_matches(again) || tail == Checksum::none);
  const Result<FormatDescription> description_again = decode_format_description(again);
  SLUICE_ASSERT(description_again && *description_again == *description);
}

void check_body(EventType type, ByteView body, const FormatDescription& description) {
  (void)check_event_body(type, body, description, unpacked_max);
  switch (type) {
    case EventType::gtid:
    case EventType::anonymous_gtid:
    case EventType::gtid_tagged:
      return check_gtid(type, body);
    case EventType::query:
      return check_query(body);
    default:
      return check_others(body);
  }
}

/// Mends the checksums on the way, or none would ever be right.
void check_file(ByteView bytes, const FormatDescription& description) {
  Bytes file(bytes.begin(), bytes.end());
  std::size_t offset = sizeof file_magic;
  while (offset < file.size()) {
    const std::span<std::uint8_t> rest = std::span(file).subspan(offset);
    const Result<EventHeader> header = decode_event_header(rest);
    if (!header || header->event_size > rest.size()) break;
    const std::span<std::uint8_t> event = rest.first(header->event_size);
    check_format_description(event);
    check_body(header->type, event.subspan(EventHeader::size), description);
    if (event.size() >= EventHeader::size + checksum_size) write_checksum(event);
    offset += event.size();
  }
  (void)walk_binlog_file(
      file, [](const FileEvent&) -> Result<void> { return {}; }, unpacked_max);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const FormatDescription description = mysql57_format_description("5.7.35");
  const ByteView bytes(data, size);
  (void)walk_binlog_file(
      bytes, [](const FileEvent&) -> Result<void> { return {}; }, unpacked_max);
  check_file(bytes, description);
  if (!bytes.empty()) check_body(static_cast<EventType>(bytes[0]), bytes.subspan(1), description);
  return 0;
}
