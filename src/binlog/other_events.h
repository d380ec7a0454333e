#pragma once

#include "base/error.h"
#include "binlog/event_header.h"

namespace sluice::binlog {

/// ROTATE (manual: "Rotate_event"): the log goes on in another file.
struct RotateEvent {
  std::uint64_t position = 4;
  std::string_view file;  ///< view into the body
};
[[nodiscard]] Result<RotateEvent> decode_rotate_event(ByteView body);
[[nodiscard]] Bytes encode_rotate_event(std::uint64_t position, std::string_view file);

/// XA_PREPARE (38): ends the first phase of an XA transaction, or all of it if `one_phase`.
struct XaPrepareEvent {
  bool one_phase = false;
  std::int32_t format_id = 0;
  std::string_view global_id;  ///< view into the body
  std::string_view branch_id;  ///< view into the body
};
[[nodiscard]] Result<XaPrepareEvent> decode_xa_prepare_event(ByteView body);
[[nodiscard]] Bytes encode_xa_prepare_event(const XaPrepareEvent& event);

/// An XA transaction id as MySQL's statements write it: X'global',X'branch',format (hexadecimal digits in lower case,
/// the format as an unsigned number of 32 bits).
[[nodiscard]] std::string xid_text(std::string_view global_id, std::string_view branch_id, std::int32_t format_id);

/// ROWS_QUERY (29) body: the statement behind a one-byte length, which readers ignore.
[[nodiscard]] Bytes encode_rows_query_event(std::string_view statement);
[[nodiscard]] Result<std::string_view> decode_rows_query_event(ByteView body);

}  // namespace sluice::binlog
