#pragma once

#include <filesystem>
#include <vector>

#include "base/error.h"

namespace sluice::store {

// The names in a log's directory: which files there are, the index that lists them, and how some of them go.

/// The numbers of the log files in a directory, in order. ErrorKind::corrupt if one is missing between two others.
[[nodiscard]] Result<std::vector<std::uint64_t>> log_files_in(const std::filesystem::path& directory);

/// Writes `mysql-bin.index` anew, in one step.
[[nodiscard]] Result<void> write_log_index(const std::filesystem::path& directory,
                                           const std::vector<std::uint64_t>& files);

/// Notes that all files up to `last` go, so that a purge that a crash breaks off is ended by finish_purge: from here on
/// it has happened.
[[nodiscard]] Result<void> note_purge(const std::filesystem::path& directory, std::uint64_t last);

/// Removes a log file and its marks. One that is missing already is no error.
[[nodiscard]] Result<void> remove_log_file(const std::filesystem::path& directory, std::uint64_t file);

/// All files of the noted purge have gone: brings that to the disk and drops the note.
[[nodiscard]] Result<void> end_purge(const std::filesystem::path& directory);

/// Ends the purge that note_purge noted, if there is one, and removes marks of files that are older than the oldest.
/// The newest log file is never removed.
[[nodiscard]] Result<void> finish_purge(const std::filesystem::path& directory);

}  // namespace sluice::store
