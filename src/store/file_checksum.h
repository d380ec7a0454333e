#pragma once

#include <cstdint>
#include <functional>

#include "base/error.h"
#include "store/log.h"

namespace sluice::store {

/// XXH3 (64 bits) of the bytes of a log file before `end`, so that two copies of a log can be compared. Not CRC32: an
/// event with its own CRC32 behind it adds the same to that whatever it says. Reads them in pieces
/// of a MiB; the system keeps no more of the file in memory than before, but for what is near the log's end. Events are
/// not verified. The file is held against purges meanwhile. Blocks on the disk; any thread.
///
/// `interrupted` is asked before each piece. ErrorKind::not_found: no such file; limit: it has fewer published bytes;
/// closed: interrupted.
[[nodiscard]] Result<std::uint64_t> file_checksum(const Log& log, const LogPosition& end,
                                                  const std::function<bool()>& interrupted);

}  // namespace sluice::store
