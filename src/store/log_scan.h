#pragma once

#include <filesystem>

#include "store/log_file_header.h"
#include "store/marks.h"

namespace sluice::store {

/// What a scan of a log file found.
struct ScannedFile {
  LogFileHeader header;
  std::vector<Mark> marks;   ///< loaded, and made anew for what lies behind the last loaded one
  binlog::GtidSet added;     ///< GTIDs of the complete transactions behind the last mark
  binlog::GtidSet executed;  ///< all GTIDs up to `end`, those before the file included
  std::uint64_t end = 0;     ///< behind the last complete transaction, or behind the ROTATE
  bool closed = false;       ///< the file ends with its ROTATE
  std::string end_place;     ///< where the source goes on behind `end`, if it was closed in order
  std::uint64_t end_place_offset = 0;
  /// Set if what stands behind `end` is damaged rather than just not complete.
  std::optional<Error> damage;
  /// Set if an event behind `end` is not complete and nothing follows it, as after a crash.
  std::optional<Error> incomplete;
};

/// Reads a log file of `size` bytes from its last mark on, verifies what it reads and finds where its last complete
/// transaction ends. Damage behind the last mark is reported in the result; damage of the header is an error.
[[nodiscard]] Result<ScannedFile> scan_log_file(const std::filesystem::path& path, std::uint64_t size);

/// The marks of a closed file: from its mark file if that is whole, else completed by reading the log file.
[[nodiscard]] Result<std::vector<Mark>> complete_marks(const std::filesystem::path& path, std::uint64_t size);

}  // namespace sluice::store
