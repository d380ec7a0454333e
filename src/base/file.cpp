#include "base/file.h"

#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

namespace sluice {
namespace {

std::unexpected<Error> system_error(std::string_view action, const std::filesystem::path& path, int number) {
  const bool full = number == ENOSPC || number == EDQUOT;
  const ErrorKind kind = full ? ErrorKind::limit : number == ENOENT ? ErrorKind::not_found : ErrorKind::io;
  return fail(kind, fmt::format("cannot {} {}: {}", action, path.string(), ::strerror(number)), number);
}

}  // namespace

Result<FileDescriptor> open_file(const std::filesystem::path& path, int flags, int mode) {
  FileDescriptor file(::open(path.c_str(), flags | O_CLOEXEC, mode));
  if (!file) return system_error("open", path, errno);
  return file;
}

Result<void> write_at(const FileDescriptor& file, std::uint64_t offset, ByteView bytes,
                      const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0) {
      if (errno == EINTR) continue;
      return system_error("write", path, errno);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
  return {};
}

Result<std::size_t> read_at(const FileDescriptor& file, std::uint64_t offset, std::span<std::uint8_t> out,
                            const std::filesystem::path& path) {
  std::size_t total = 0;
  while (total < out.size()) {
    const ssize_t got = ::pread(file.get(), out.data() + total, out.size() - total, static_cast<off_t>(offset + total));
    if (got < 0) {
      if (errno == EINTR) continue;
      return system_error("read", path, errno);
    }
    if (got == 0) break;
    total += static_cast<std::size_t>(got);
  }
  return total;
}

Result<void> sync_data(const FileDescriptor& file, const std::filesystem::path& path) {
  if (::fdatasync(file.get()) != 0) return system_error("sync", path, errno);
  return {};
}

Result<void> sync_directory(const std::filesystem::path& directory) {
  auto descriptor = open_file(directory, O_RDONLY | O_DIRECTORY);
  if (!descriptor) return std::unexpected(std::move(descriptor.error()));
  if (::fsync(descriptor->get()) != 0) return system_error("sync", directory, errno);
  return {};
}

Result<std::uint64_t> file_size(const FileDescriptor& file, const std::filesystem::path& path) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return system_error("look at", path, errno);
  return static_cast<std::uint64_t>(status.st_size);
}

Result<std::uint64_t> free_space(const std::filesystem::path& path) {
  struct statvfs status {};
  if (::statvfs(path.c_str(), &status) != 0) return system_error("look at the file system of", path, errno);
  return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
}

Result<std::string> read_file(const std::filesystem::path& path, std::size_t size_max) {
  auto file = open_file(path, O_RDONLY);
  if (!file) return std::unexpected(std::move(file.error()));
  const auto size = file_size(*file, path);
  if (!size) return std::unexpected(size.error());
  if (*size > size_max) {
    return fail(ErrorKind::limit, fmt::format("{} has {} bytes; at most {} are read", path.string(), *size, size_max));
  }
  std::string content(static_cast<std::size_t>(*size), '\0');
  const auto got = read_at(*file, 0, {reinterpret_cast<std::uint8_t*>(content.data()), content.size()}, path);
  if (!got) return std::unexpected(got.error());
  content.resize(*got);
  return content;
}

Result<void> replace_file(const std::filesystem::path& path, std::string_view content, int mode) {
  const std::filesystem::path aside = path.string() + ".new";
  {
    auto file = open_file(aside, O_WRONLY | O_CREAT | O_TRUNC, mode);
    if (!file) return std::unexpected(std::move(file.error()));
    if (auto written = write_at(*file, 0, as_bytes(content), aside); !written) return written;
    if (auto synced = sync_data(*file, aside); !synced) return synced;
  }
  if (::rename(aside.c_str(), path.c_str()) != 0) return system_error("rename to", path, errno);
  return sync_directory(path.parent_path().empty() ? "." : path.parent_path());
}

}  // namespace sluice
