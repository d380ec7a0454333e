#include "binlog/other_events.h"

#include <fmt/format.h>

#include "base/assert.h"
#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "base/hex.h"

namespace sluice::binlog {
namespace {

/// MySQL's MAXGTRIDSIZE and MAXBQUALSIZE.
constexpr std::size_t xid_part_size_max = 64;

}  // namespace

Result<RotateEvent> decode_rotate_event(ByteView body) {
  ByteReader reader(body);
  RotateEvent event;
  event.position = reader.u64();
  event.file = as_text(reader.rest());
  if (!reader.ok() || event.file.empty())
    return fail(ErrorKind::invalid, fmt::format("rotate event of {} bytes names no file", body.size()));
  return event;
}

Bytes encode_rotate_event(std::uint64_t position, std::string_view file) {
  return std::move(ByteWriter().u64(position).text(file)).take();
}

Result<XaPrepareEvent> decode_xa_prepare_event(ByteView body) {
  ByteReader reader(body);
  XaPrepareEvent event;
  event.one_phase = reader.u8() != 0;
  event.format_id = static_cast<std::int32_t>(reader.u32());
  const std::uint32_t global_size = reader.u32();
  const std::uint32_t branch_size = reader.u32();
  event.global_id = reader.text(global_size);
  event.branch_id = reader.text(branch_size);
  if (!reader.ok() || global_size > xid_part_size_max || branch_size > xid_part_size_max) {
    return fail(ErrorKind::invalid, fmt::format("XA prepare event of {} bytes announces an id of {} and {} bytes",
                                                body.size(), global_size, branch_size));
  }
  return event;
}

Bytes encode_xa_prepare_event(const XaPrepareEvent& event) {
  SLUICE_ASSERT(event.global_id.size() <= xid_part_size_max && event.branch_id.size() <= xid_part_size_max);
  ByteWriter writer;
  writer.u8(event.one_phase ? 1 : 0).u32(static_cast<std::uint32_t>(event.format_id));
  writer.u32(event.global_id.size()).u32(event.branch_id.size()).text(event.global_id).text(event.branch_id);
  return std::move(writer).take();
}

std::string xid_text(std::string_view global_id, std::string_view branch_id, std::int32_t format_id) {
  return fmt::format("X'{}',X'{}',{}", to_hex(as_bytes(global_id)), to_hex(as_bytes(branch_id)),
                     static_cast<std::uint32_t>(format_id));
}

Bytes encode_rows_query_event(std::string_view statement) {
  // The length byte holds the low eight bits of the length, whatever that is.
  return std::move(ByteWriter().u8(statement.size()).text(statement)).take();
}

Result<std::string_view> decode_rows_query_event(ByteView body) {
  if (body.empty()) return fail(ErrorKind::invalid, "rows query event is empty");
  return as_text(body.subspan(1));
}

}  // namespace sluice::binlog
