#include "binlog/rows_event.h"

#include <fmt/format.h>

#include "base/byte_reader.h"

namespace sluice::binlog {
namespace {

bool is_update(EventType type) {
  return type == EventType::update_rows_v1 || type == EventType::update_rows || type == EventType::partial_update_rows;
}

bool is_version_1(EventType type) {
  return type == EventType::write_rows_v1 || type == EventType::update_rows_v1 || type == EventType::delete_rows_v1;
}

/// Walks the tagged fields of a v2 event's extra data: tag 0 (NDB) has a length byte that counts both bytes before its
/// data, tag 1 holds a partition number and, for updates, that of the row's former partition. Behind a tag that is not
/// known nothing can be understood.
bool extra_data_is_sound(ByteView extra, bool update) {
  constexpr std::uint8_t tag_ndb = 0;
  constexpr std::uint8_t tag_partition = 1;
  ByteReader reader(extra);
  while (reader.remaining() > 0) {
    const std::uint8_t tag = reader.u8();
    if (tag == tag_ndb) {
      const std::uint8_t size = reader.u8();
      if (!reader.ok() || size < 2) return false;
      reader.skip(size - 2U);
    } else if (tag == tag_partition) {
      reader.skip(update ? 4 : 2);
    } else {
      return true;
    }
  }
  return reader.ok();
}

}  // namespace

Result<RowsEvent> decode_rows_event(EventType type, ByteView body) {
  if (!is_rows_event(type)) {
    return fail(ErrorKind::unsupported, fmt::format("rows events of type {} ({}) are not supported",
                                                    static_cast<int>(type), event_type_name(type)));
  }
  ByteReader reader(body);
  RowsEvent event;
  event.table_id = reader.u48();
  event.flags = reader.u16();
  if (!is_version_1(type)) {
    const std::uint16_t extra_size = reader.u16();
    if (!reader.ok() || extra_size < 2 || extra_size - 2U > reader.remaining()) {
      return fail(ErrorKind::invalid, fmt::format("rows event of {} bytes does not hold the {} bytes of extra data it "
                                                  "announces",
                                                  body.size(), extra_size));
    }
    event.extra_data = reader.bytes(extra_size - 2U);
    if (!extra_data_is_sound(event.extra_data, is_update(type)))
      return fail(ErrorKind::invalid, fmt::format("extra data of rows event is malformed ({} bytes)", extra_size));
  }
  event.column_count = reader.length_encoded();
  if (!reader.ok() || event.column_count / 8 > reader.remaining()) {
    return fail(ErrorKind::invalid,
                fmt::format("rows event of {} bytes announces {} columns", body.size(), event.column_count));
  }
  const auto bitmap_size = static_cast<std::size_t>((event.column_count + 7) / 8);
  event.columns_present = reader.bytes(bitmap_size);
  if (is_update(type)) event.columns_present_after = reader.bytes(bitmap_size);
  if (!reader.ok())
    return fail(ErrorKind::invalid, fmt::format("rows event of {} bytes ends within its bitmaps", body.size()));
  event.rows = reader.rest();
  return event;
}

}  // namespace sluice::binlog
