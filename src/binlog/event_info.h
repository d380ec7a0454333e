#pragma once

#include <string>

#include "base/bytes.h"
#include "binlog/event_header.h"

namespace sluice::binlog {

/// What the column Info of SHOW BINLOG EVENTS says of an event, in mysqld's words (each event's pack_info in
/// log_event.cc). `body` stands between header and checksum. Empty for events there is nothing to say of, and for
/// bodies that are not what their type has.
[[nodiscard]] std::string event_info(const EventHeader& header, ByteView body);

}  // namespace sluice::binlog
