#include "database/key_file.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hex.h"
#include "base/random.h"

namespace sluice::database {
namespace {

std::filesystem::path directory_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : ".";
}

// Written aside under a name of our own and then linked, which fails where a key exists already: whoever is first wins,
// and nobody ever sees half a key.
Result<void> make_key_file(const std::filesystem::path& path) {
  CipherKey key{};
  fill_random(key);
  std::array<std::uint8_t, 8> random{};
  fill_random(random);
  const std::filesystem::path aside = fmt::format("{}.{}", path.string(), to_hex(random));
  Result<void> done;
  {
    const auto file = open_file(aside, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (!file) return std::unexpected(file.error());
    done = write_at(*file, 0, key, aside);
    if (done) done = sync_data(*file, aside);
  }
  if (done && ::link(aside.c_str(), path.c_str()) != 0 && errno != EEXIST) {
    done = fail(ErrorKind::io, fmt::format("cannot make {}: {}", path.string(), std::strerror(errno)), errno);
  }
  ::unlink(aside.c_str());
  if (!done) return done;
  return sync_directory(directory_of(path));
}

Result<void> check_key_file(const FileDescriptor& file, const std::filesystem::path& path) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) {
    return fail(ErrorKind::io, fmt::format("cannot look at {}: {}", path.string(), std::strerror(errno)), errno);
  }
  if (!S_ISREG(status.st_mode)) return fail(ErrorKind::refused, path.string() + ": the key file is no plain file");
  if ((status.st_mode & 0077U) != 0) {
    return fail(ErrorKind::refused,
                fmt::format("{}: the key file has mode {:04o}, so others could read or write it: chmod 600 it, and "
                            "change the secrets if others had access",
                            path.string(), status.st_mode & 07777U));
  }
  if (status.st_size == static_cast<off_t>(sizeof(CipherKey))) return {};
  return fail(ErrorKind::invalid, fmt::format("{}: a key file has {} bytes, this has {}: copy it from another server",
                                              path.string(), sizeof(CipherKey), status.st_size));
}

}  // namespace

Result<CipherKey> load_key_file(const std::filesystem::path& path) {
  auto file = open_file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (!file && file.error().kind == ErrorKind::not_found) {
    if (auto made = make_key_file(path); !made) return std::unexpected(std::move(made.error()));
    file = open_file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  }
  if (!file) return std::unexpected(std::move(file.error()));
  if (auto sound = check_key_file(*file, path); !sound) return std::unexpected(std::move(sound.error()));
  CipherKey key{};
  const auto got = read_at(*file, 0, key, path);
  if (!got) return std::unexpected(got.error());
  if (*got != key.size()) return fail(ErrorKind::invalid, path.string() + ": the key file became shorter");
  return key;
}

}  // namespace sluice::database
