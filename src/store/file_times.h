#pragma once

#include <cstdint>
#include <vector>

namespace sluice::store {

/// When the last transaction of each log file was written, seconds since 1970, from what the files themselves say, so
/// that every replica of a log says the same. `headers` are the timestamps of the files' format descriptions, oldest
/// file first: each is the time of the last transaction before its file. So the newest file, which may get more, has no
/// time, and the result is one shorter.
///
/// Transactions carry the time that their session claims, which SET timestamp changes. So a time is not taken to be
/// before that of an earlier file, and one behind `now` counts as that of the next file, or as `now`: what is young
/// must never look old.
[[nodiscard]] std::vector<std::uint32_t> file_times(std::vector<std::uint32_t> headers, std::uint32_t now);

}  // namespace sluice::store
