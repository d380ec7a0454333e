#include "store/file_checksum.h"

#include <algorithm>

#include <fcntl.h>
#include <fmt/format.h>
#include <xxhash.h>

#include "base/assert.h"
#include "base/file.h"
#include "binlog/log_file_name.h"
#include "store/page_cache.h"

namespace sluice::store {
namespace {

constexpr std::size_t piece_size = 1U << 20U;

/// Whether readers of the log's end are likely to want these bytes.
bool near_end(const Log& log, const LogPosition& position) {
  const LogPosition end = log.end();
  return position.file == end.file && end.offset - position.offset <= tail_size_max;
}

Result<void> read_piece(const FileDescriptor& file, std::uint64_t begin, std::span<std::uint8_t> out,
                        const std::filesystem::path& path) {
  const auto got = read_at(file, begin, out, path);
  if (!got) return std::unexpected(got.error());
  if (*got == out.size()) return {};
  return fail(ErrorKind::corrupt,
              fmt::format("{} is shorter than it was: it ends before offset {}", path.string(), begin + out.size()));
}

Result<void> check_published(const Log& log, const LogPosition& end) {
  const auto info = log.file(end.file);
  if (info && end.offset <= info->size) return {};
  const std::string name = binlog::log_file_name(end.file);
  if (!info) return fail(ErrorKind::not_found, fmt::format("there is no file {}", name));
  return fail(ErrorKind::limit, fmt::format("{} ends at {}, before {}", name, info->size, end.offset));
}

}  // namespace

Result<std::uint64_t> file_checksum(const Log& log, const LogPosition& end, const std::function<bool()>& interrupted) {
  const auto held = log.hold(end.file);
  if (!held) return std::unexpected(held.error());
  if (auto published = check_published(log, end); !published) return std::unexpected(std::move(published.error()));
  const auto path = log.path_of(end.file);
  const auto file = open_file(path, O_RDONLY);
  if (!file) return std::unexpected(file.error());
  // The system's own reading ahead would hide what was in its cache before.
  (void)::posix_fadvise(file->get(), 0, 0, POSIX_FADV_RANDOM);
  Bytes buffer(piece_size);
  const std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state(XXH3_createState(), &XXH3_freeState);
  SLUICE_ASSERT(state != nullptr && XXH3_64bits_reset(state.get()) == XXH_OK);
  for (std::uint64_t begin = 0; begin < end.offset;) {
    if (interrupted()) return fail(ErrorKind::closed, fmt::format("reading {} was interrupted", path.string()));
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(piece_size, end.offset - begin));
    const bool cold = cached_part(*file, begin, begin + size) <= 0.5;
    if (cold) fetch_to_cache(*file, begin, begin + size);
    const auto piece = std::span(buffer).first(size);
    if (auto read = read_piece(*file, begin, piece, path); !read) return std::unexpected(std::move(read.error()));
    XXH3_64bits_update(state.get(), piece.data(), piece.size());
    if (cold && !near_end(log, {end.file, begin})) drop_from_cache(*file, begin, begin + size);
    begin += size;
  }
  return XXH3_64bits_digest(state.get());
}

}  // namespace sluice::store
