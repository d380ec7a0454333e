// What LogWriter does about a disk that could not take something.
#include <algorithm>

#include <fcntl.h>
#include <fmt/format.h>

#include "base/file.h"
#include "base/log.h"
#include "binlog/log_file_name.h"
#include "store/event_scanner.h"
#include "store/log_writer.h"

namespace sluice::store {
namespace {

constexpr std::size_t copy_size = 1U << 20U;
constexpr std::string_view place_name = "place";

/// Whether the events in [begin, end) are what was written.
Result<void> verify(const OpenLogFile& file, std::uint64_t begin, std::uint64_t end) {
  EventScanner scanner(file.file, file.path, begin, end, true);
  while (true) {
    const auto event = scanner.next();
    if (!event) {
      return fail(
          ErrorKind::corrupt,
          fmt::format("a sync to the disk failed and published bytes were lost by that ({}). Check the disk and "
                      "start the instance again: it keeps a copy of the damaged file, cuts what is damaged and "
                      "reads it from the source again",
                      event.error().message));
    }
    if (!*event) return {};
  }
}

/// Writes [begin, end) again as it is, so that the system takes it for new.
Result<void> write_again(const OpenLogFile& file, std::uint64_t begin, std::uint64_t end) {
  Bytes bytes(copy_size);
  while (begin < end) {
    const auto piece =
        std::span(bytes).first(static_cast<std::size_t>(std::min<std::uint64_t>(copy_size, end - begin)));
    const auto got = read_at(file.file, begin, piece, file.path);
    if (!got) return std::unexpected(got.error());
    if (*got < piece.size()) return fail(ErrorKind::io, file.path.string() + " is shorter than it was");
    if (auto written = write_at(file.file, begin, piece, file.path); !written) return written;
    begin += piece.size();
  }
  return {};
}

}  // namespace

Result<void> LogWriter::note_failure(Result<void> result) {
  if (!result) storage_error_ = result.error();
  return result;
}

void LogWriter::rest() {
  verify_end_.reset();
  verify_hold_.reset();
  if (empty()) return;
  if (auto dropped = drop_unpublished(); !dropped) log::warning("{}", dropped.error().message);
}

/// Makes good what a failure of the disk left. Nothing is pending.
Result<void> LogWriter::repair() {
  if (index_stale_) write_index();
  if (!syncer_.error() && file_->marks) return {};
  return rewrite_unsynced();
}

/// After a failed sync nobody knows what the disk holds of what was written since the sync before, and a further sync
/// would succeed without writing it. So what memory still holds of it is verified and written again, and synced.
Result<void> LogWriter::rewrite_unsynced() {
  const auto path = file_->path;
  const std::uint64_t synced = syncer_.synced();
  auto descriptor = sluice::open_file(path, O_RDWR);
  if (!descriptor) return std::unexpected(std::move(descriptor.error()));
  auto file = std::make_shared<OpenLogFile>(path, std::move(*descriptor), std::nullopt);
  if (auto verified = verify(*file, synced, published_.offset); !verified) return verified;
  if (auto written = write_again(*file, synced, published_.offset); !written) return written;
  if (auto done = sync_(file->file, path); !done) return done;
  const auto known = log_->marks_of(published_.file);
  if (!known) return std::unexpected(known.error());
  auto marks = MarkFile::replace(mark_file_path(path), *known);
  if (!marks) return std::unexpected(std::move(marks.error()));
  file->marks = std::move(*marks);
  file_ = std::move(file);
  syncer_.start(published_.offset);
  log::info("{}: {} bytes were written again after a failure of the disk", path.string(), published_.offset - synced);
  return {};
}

/// The index is for people and their tools; without it the log works all the same.
void LogWriter::write_index() {
  auto written = log_->write_index();
  index_stale_ = !written;
  if (!written)
    log::warning("the index of the log is not up to date; it is written later: {}", written.error().message);
}

/// Where the source goes on behind the log's end, if it is another place than the last transaction says.
void LogWriter::write_place() {
  const auto content = fmt::format("{}:{}\n{}", binlog::log_file_name(published_.file), published_.offset, end_place_);
  const auto written = replace_file(log_->directory() / marks_directory / place_name, content);
  if (!written) log::warning("the source's new place is not stored: {}", written.error().message);
}

/// What write_place stored, if the log still ends where it did then.
std::string LogWriter::stored_place() const {
  constexpr std::size_t size_max = 1U << 20U;
  const auto content = read_file(log_->directory() / marks_directory / place_name, size_max);
  const auto end = fmt::format("{}:{}\n", binlog::log_file_name(published_.file), published_.offset);
  return content && content->starts_with(end) ? content->substr(end.size()) : std::string();
}

/// Only saves reading at an opening, so a failure counts for nothing: the next file's beginning tries again.
void LogWriter::write_catalogue() {
  const bool one_more = catalogue_.precedes(published_.file - 1);
  const auto files = log_->closed_files(one_more ? published_.file - 1 : 0);
  if (files.empty()) return;
  const auto written = one_more ? catalogue_.append(files.back()) : catalogue_.replace(files);
  if (!written) log::warning("the catalogue of log files is not up to date: {}", written.error().message);
}

}  // namespace sluice::store
