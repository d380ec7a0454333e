#pragma once

#include "base/error.h"
#include "binlog/gtid_event.h"

namespace sluice::binlog {

/// The body of GTID_TAGGED (42), the only event in the format of MySQL's serialization library (its `readme.md`):
///
///     version size last_needed_field { field_id value }
///
/// Everything is a variable-length number: as many 1 bits as bytes follow, a 0, then the value, least significant bits
/// first; signed ones carry their sign in the lowest bit. A uuid is 16 such numbers, a tag its length and its
/// characters. Field ids ascend; fields without value are left out.
[[nodiscard]] Result<GtidEvent> decode_gtid_tagged_event(ByteView body);

/// As encode_gtid_event, which checks the event.
[[nodiscard]] Bytes encode_gtid_tagged_event(const GtidEvent& event, bool widest_length);

}  // namespace sluice::binlog
