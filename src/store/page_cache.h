#pragma once

#include <cstdint>

#include "base/file_descriptor.h"

namespace sluice::store {

/// What the system keeps of files in memory. Neither call waits for the disk; any thread.

/// The part of the bytes [begin, end) of a file that is in the system's cache, from 0 to 1, by mincore(2); 1 where the
/// system does not tell. (Trying to read with preadv2's RWF_NOWAIT would begin to fetch what is not there, and take it
/// for cached when the disk is done at once.)
[[nodiscard]] double cached_part(const FileDescriptor& file, std::uint64_t begin, std::uint64_t end);

/// Has the bytes [begin, end) of a file fetched from the disk meanwhile.
void fetch_to_cache(const FileDescriptor& file, std::uint64_t begin, std::uint64_t end);

/// Takes the whole pages between `begin` and `end` out of the system's cache, but for those that are not on the disk
/// yet.
void drop_from_cache(const FileDescriptor& file, std::uint64_t begin, std::uint64_t end);

}  // namespace sluice::store
