#pragma once

#include <filesystem>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "binlog/format_description.h"
#include "binlog/gtid_set.h"

namespace sluice::store {

/// What a log file begins with: magic, FORMAT_DESCRIPTION, PREVIOUS_GTIDS.
struct LogFileHeader {
  binlog::FormatDescription format;
  binlog::GtidSet previous;
  std::uint32_t timestamp = 0;  ///< of the last transaction before the file
  std::uint64_t size = 0;       ///< bytes; the first transaction begins here
};

/// Reads and verifies the header. ErrorKind::not_found if the file is too short to hold it whole, as after a crash
/// while it was made; ErrorKind::corrupt if it is damaged.
[[nodiscard]] Result<LogFileHeader> read_log_file_header(const FileDescriptor& file, const std::filesystem::path& path);

}  // namespace sluice::store
