#pragma once

#include <filesystem>
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "base/file_descriptor.h"

namespace sluice {

/// Files, with whole reads and writes and errors that name the path. All calls block; any thread.
/// `flags` are open(2)'s; O_CLOEXEC is added.
[[nodiscard]] Result<FileDescriptor> open_file(const std::filesystem::path& path, int flags, int mode = 0640);

/// Writes all of `bytes` at `offset`. ENOSPC and EDQUOT come as ErrorKind::limit, everything else as io.
[[nodiscard]] Result<void> write_at(const FileDescriptor& file, std::uint64_t offset, ByteView bytes,
                                    const std::filesystem::path& path);

/// Reads up to `out.size()` bytes at `offset`; fewer only at the end of the file. Returns the number read.
[[nodiscard]] Result<std::size_t> read_at(const FileDescriptor& file, std::uint64_t offset, std::span<std::uint8_t> out,
                                          const std::filesystem::path& path);

/// Waits until the file's data is on the disk (fdatasync).
[[nodiscard]] Result<void> sync_data(const FileDescriptor& file, const std::filesystem::path& path);

/// Waits until names made, renamed or removed in `directory` are on the disk.
[[nodiscard]] Result<void> sync_directory(const std::filesystem::path& directory);

[[nodiscard]] Result<std::uint64_t> file_size(const FileDescriptor& file, const std::filesystem::path& path);

/// Bytes that we may still write in the file system of `path`.
[[nodiscard]] Result<std::uint64_t> free_space(const std::filesystem::path& path);

/// The whole file; a file larger than `size_max` is refused.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path, std::size_t size_max);

/// Replaces the file in one step: written aside, synced, renamed, directory synced. A crash leaves the old or the new
/// one.
[[nodiscard]] Result<void> replace_file(const std::filesystem::path& path, std::string_view content, int mode = 0640);

}  // namespace sluice
