#include "binlog/table_map_event.h"

#include <fmt/format.h>

#include "base/byte_reader.h"

namespace sluice::binlog {

Result<TableMapEvent> decode_table_map_event(ByteView body) {
  ByteReader reader(body);
  TableMapEvent event;
  event.table_id = reader.u48();
  event.flags = reader.u16();
  event.database = reader.length_encoded_text();
  bool terminated = reader.u8() == 0;
  event.table = reader.length_encoded_text();
  terminated = reader.u8() == 0 && terminated;
  event.column_types = as_bytes(reader.length_encoded_text());
  event.metadata = as_bytes(reader.length_encoded_text());
  event.null_bits = reader.bytes((event.column_types.size() + 7) / 8);
  if (!reader.ok() || !terminated)
    return fail(ErrorKind::invalid, fmt::format("table map event of {} bytes is cut short or malformed", body.size()));
  event.optional_metadata = reader.rest();
  return event;
}

}  // namespace sluice::binlog
