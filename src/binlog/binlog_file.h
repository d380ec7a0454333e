#pragma once

#include <functional>

#include "base/bytes.h"
#include "base/error.h"
#include "binlog/event_body.h"
#include "binlog/event_header.h"
#include "binlog/format_description.h"

namespace sluice::binlog {

/// One event of a file; views into it.
struct FileEvent {
  std::uint64_t offset = 0;  ///< of its header
  EventHeader header;
  ByteView body;  ///< between header and checksum
};

/// What a file held.
struct FileSummary {
  FormatDescription description;
  std::uint64_t events = 0;
  std::uint64_t checksums = 0;  ///< events whose CRC32 was there and right
};

/// Walks the bytes of a whole binlog file from front to back: magic, FORMAT_DESCRIPTION, then every event's header,
/// size, checksum and, for the types we can read, its body, including what a compressed event holds. `receive` is given
/// each event once it has been verified. Ends with an error that names offset and cause at the first event that is
/// damaged, cut short or unreadable, and with that of `receive` if it fails.
///
/// Files in other formats are refused by name: relay logs, encrypted files of MySQL and MariaDB, formats before
/// MySQL 5.0.
[[nodiscard]] Result<FileSummary> walk_binlog_file(ByteView file,
                                                   const std::function<Result<void>(const FileEvent& event)>& receive,
                                                   std::uint32_t unpacked_max = unpacked_size_max);

}  // namespace sluice::binlog
