// LogWriter's opening of a directory: what a crash left, brought in order.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/file.h"
#include "base/log.h"
#include "binlog/log_file_name.h"
#include "store/log_directory.h"
#include "store/log_writer.h"

namespace sluice::store {
namespace {

Result<std::uint64_t> size_of(const std::filesystem::path& path) {
  std::error_code error;
  const std::uint64_t size = std::filesystem::file_size(path, error);
  if (error)
    return fail(ErrorKind::io, fmt::format("cannot look at {}: {}", path.string(), error.message()), error.value());
  return size;
}

Result<LogFileHeader> header_of(const std::filesystem::path& path) {
  const auto file = sluice::open_file(path, O_RDONLY);
  if (!file) return std::unexpected(file.error());
  return read_log_file_header(*file, path);
}

}  // namespace

Result<std::unique_ptr<LogWriter>> LogWriter::open(std::shared_ptr<Log> log, LogSyncer::Sync sync) {
  std::error_code error;
  std::filesystem::create_directories(log->directory() / marks_directory, error);
  if (error) {
    return fail(ErrorKind::io,
                fmt::format("cannot make the directory {}: {}", log->directory().string(), error.message()),
                error.value());
  }
  std::unique_ptr<LogWriter> writer(new LogWriter(std::move(log), std::move(sync)));
  if (auto recovered = writer->recover(); !recovered) return std::unexpected(std::move(recovered.error()));
  return writer;
}

Result<void> LogWriter::recover() {
  if (auto finished = finish_purge(log_->directory()); !finished) return finished;
  auto numbers = log_files_in(log_->directory());
  if (!numbers) return std::unexpected(std::move(numbers.error()));
  if (numbers->empty()) return {};
  if (auto recovered = recover_closed_files(*numbers); !recovered) return recovered;
  if (auto recovered = recover_last_file(numbers->back()); !recovered) return recovered;
  write_index();
  write_catalogue();
  return {};
}

/// Takes note of all files but the newest. What the catalogue says of them is not read from each.
Result<void> LogWriter::recover_closed_files(const std::vector<std::uint64_t>& numbers) {
  std::uint64_t next = numbers.front();
  for (CataloguedFile& file : catalogued_files(numbers)) {
    log_->add_file(
        file.number,
        {.size = file.size, .timestamp = file.timestamp, .previous = std::move(file.previous), .marks = nullptr});
    next = file.number + 1;
  }
  for (; next < numbers.back(); ++next) {
    const auto path = log_->path_of(next);
    const auto size = size_of(path);
    if (!size) return std::unexpected(size.error());
    auto header = header_of(path);
    if (!header) return std::unexpected(std::move(header.error()));
    log_->add_file(
        next,
        {.size = *size, .timestamp = header->timestamp, .previous = std::move(header->previous), .marks = nullptr});
  }
  return {};
}

/// The oldest closed files as the catalogue has them, if it is about these files: those at its ends are asked.
std::vector<CataloguedFile> LogWriter::catalogued_files(const std::vector<std::uint64_t>& numbers) const {
  std::vector<CataloguedFile> files = catalogue_.load();
  std::erase_if(files,
                [&](const auto& file) { return file.number < numbers.front() || file.number >= numbers.back(); });
  if (files.empty() || files.front().number != numbers.front()) return {};
  const auto oldest = header_of(log_->path_of(files.front().number));
  const auto behind = header_of(log_->path_of(files.back().number + 1));
  binlog::GtidSet at_end = files.back().previous;
  at_end.add(files.back().added);
  const bool fits = oldest && behind && oldest->previous == files.front().previous &&
                    oldest->timestamp == files.front().timestamp && behind->previous == at_end;
  if (fits) return files;
  log::warning("{}: marks/files is about other files; it is made anew", log_->directory().string());
  return {};
}

Result<void> LogWriter::recover_last_file(std::uint64_t number) {
  const auto path = log_->path_of(number);
  const auto size = size_of(path);
  if (!size) return std::unexpected(size.error());
  auto scanned = scan_log_file(path, *size);
  if (!scanned) {
    const bool unfinished = scanned.error().kind == ErrorKind::not_found;
    if (!unfinished) return std::unexpected(std::move(scanned.error()));
    log::warning("{} was not finished when it was made; it is made anew", path.string());
    std::filesystem::remove(path);
    std::filesystem::remove(mark_file_path(path));
    if (!log_->file(number - 1)) return {};
    const std::lock_guard lock(log_->mutex_);
    log_->files_.erase(number - 1);
  }
  if (!scanned) return recover_last_file(number - 1);
  if (auto cut = cut_tail(path, *scanned, *size); !cut) return cut;

  auto file = sluice::open_file(path, O_RDWR);
  if (!file) return std::unexpected(std::move(file.error()));
  // Marks made by the scan count from those before them, so the mark file has to hold them too; and a mark may only be
  // written once what lies before it is on the disk.
  if (auto synced = sync_data(*file, path); !synced) return synced;
  auto marks = MarkFile::replace(mark_file_path(path), scanned->marks);
  // A full disk does not keep what there is from being served; take_up tries again.
  if (!marks && marks.error().kind != ErrorKind::limit) return std::unexpected(std::move(marks.error()));
  if (!marks) storage_error_ = std::move(marks.error());
  file_ = std::make_shared<OpenLogFile>(path, std::move(*file), std::nullopt);
  if (marks) file_->marks = std::move(*marks);
  syncer_.start(scanned->end);
  closed_ = scanned->closed;
  published_ = committed_ = cursor_ = {number, scanned->end};
  end_place_ = scanned->end_place.empty() ? stored_place() : scanned->end_place;
  log_->add_file(number, {.size = scanned->end,
                          .timestamp = scanned->header.timestamp,
                          .previous = scanned->header.previous,
                          .marks = std::make_shared<std::vector<Mark>>(std::move(scanned->marks))});
  const std::lock_guard lock(log_->mutex_);
  log_->executed_ = std::move(scanned->executed);
  return {};
}

Result<void> LogWriter::cut_tail(const std::filesystem::path& path, const ScannedFile& scanned, std::uint64_t size) {
  if (scanned.end == size) return {};
  if (scanned.damage) {
    const auto aside = path.parent_path() / "damaged" / fmt::format("{}.{}", path.filename().string(), scanned.end);
    std::error_code error;
    std::filesystem::create_directories(aside.parent_path(), error);
    std::filesystem::copy_file(path, aside, std::filesystem::copy_options::overwrite_existing, error);
    if (error)
      return fail(ErrorKind::corrupt,
                  fmt::format("{}; a copy to {} failed: {}", scanned.damage->message, aside.string(), error.message()));
    log::error(
        "{}; a copy is kept as {}; the file itself is cut to the last transaction before, which ends at {} of {} "
        "bytes, and what "
        "followed is read from the source again",
        scanned.damage->message, aside.string(), scanned.end, size);
  } else {
    log::warning("{}: its last transaction was not complete; cut from {} to {} bytes{}", path.string(), size,
                 scanned.end, scanned.incomplete ? " (" + scanned.incomplete->message + ")" : "");
  }
  if (::truncate(path.c_str(), static_cast<off_t>(scanned.end)) != 0) {
    return fail(ErrorKind::io, fmt::format("{} cannot be cut to {} bytes", path.string(), scanned.end));
  }
  return {};
}

}  // namespace sluice::store
