#pragma once

#include "base/bytes.h"
#include "base/error.h"
#include "binlog/event_type.h"

namespace sluice::binlog {

/// The frame of a v1 or v2 rows event (manual: "Rows_event"). Row images stay as they are: views into the body.
struct RowsEvent {
  std::uint64_t table_id = 0;
  std::uint16_t flags = 0;
  ByteView extra_data;  ///< v2: behind its two-byte length
  std::uint64_t column_count = 0;
  ByteView columns_present;        ///< a bit a column
  ByteView columns_present_after;  ///< updates only
  ByteView rows;                   ///< row images, one after the other

  static constexpr std::uint16_t flag_statement_end = 0x0001;
};

/// Reads rows events of types 23-25, 30-32 and 39. Refuses malformed extra data (a tag without its length, a length
/// beyond the block) and bitmaps beyond the body.
[[nodiscard]] Result<RowsEvent> decode_rows_event(EventType type, ByteView body);

}  // namespace sluice::binlog
