#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.h"
#include "convert/layout.h"

namespace sluice::boundary {

/// Where a file of a log begins, as text: enough for another instance, with nothing of its own, to write that file and
/// those behind it, byte for byte.
///
/// TOML: file, previous_gtids, last_timestamp, source_place.
[[nodiscard]] Result<std::string> describe_boundary(const std::filesystem::path& binlog_directory, std::uint64_t file);

/// Reads such a text; `name` is what errors call it.
[[nodiscard]] Result<convert::LogState> parse_boundary(std::string_view text, const std::string& name);
/// Reads one from a file.
[[nodiscard]] Result<convert::LogState> load_boundary(const std::filesystem::path& path);

}  // namespace sluice::boundary
