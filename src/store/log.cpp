#include "store/log.h"

#include <algorithm>

#include <fcntl.h>
#include <fmt/format.h>

#include "base/file.h"
#include "binlog/log_file_name.h"
#include "store/event_scanner.h"
#include "store/log_file_header.h"
#include "store/log_scan.h"

namespace sluice::store {
namespace {

constexpr std::uint64_t first_event = sizeof binlog::file_magic;

}  // namespace

std::filesystem::path Log::path_of(std::uint64_t file) const {
  return directory_ / binlog::log_file_name(file);
}

std::vector<LogFileInfo> Log::files() const {
  const std::lock_guard lock(mutex_);
  std::vector<LogFileInfo> infos;
  infos.reserve(files_.size());
  for (const auto& [number, file] : files_)
    infos.push_back({number, file.size});
  return infos;
}

std::vector<Log::FileBoundary> Log::boundaries(std::uint64_t since, std::size_t count_max) const {
  std::vector<FileBoundary> boundaries;
  {
    const std::lock_guard lock(mutex_);
    for (auto file = files_.rbegin(); file != files_.rend() && boundaries.size() < count_max; ++file) {
      if (file->second.timestamp <= since) break;
      boundaries.push_back({file->first, file->second.timestamp, file->second.previous});
    }
  }
  std::ranges::reverse(boundaries);
  return boundaries;
}

std::optional<Log::FileBoundary> Log::first_boundary() const {
  const std::lock_guard lock(mutex_);
  if (files_.empty()) return std::nullopt;
  const auto& [number, file] = *files_.begin();
  return FileBoundary{number, file.timestamp, file.previous};
}

std::optional<LogFileInfo> Log::file(std::uint64_t number) const {
  const std::lock_guard lock(mutex_);
  const auto found = files_.find(number);
  if (found == files_.end()) return std::nullopt;
  return LogFileInfo{number, found->second.size};
}

LogPosition Log::end() const {
  const std::lock_guard lock(mutex_);
  return end_;
}

binlog::GtidSet Log::executed() const {
  const std::lock_guard lock(mutex_);
  return executed_;
}

bool Log::has_executed(const binlog::GtidSet& gtids) const {
  const std::lock_guard lock(mutex_);
  return gtids.is_subset_of(executed_);
}

binlog::GtidSet Log::purged() const {
  const std::lock_guard lock(mutex_);
  return files_.empty() ? binlog::GtidSet() : files_.begin()->second.previous;
}

Log::Status Log::status() const {
  const std::lock_guard lock(mutex_);
  return {end_, executed_};
}

Result<LogPosition> Log::find(const binlog::GtidSet& known) const {
  while (true) {
    const auto number = newest_file_for(known);
    if (!number) {
      return fail(ErrorKind::not_found, "the log does not hold all transactions behind this GTID set");
    }
    const auto held = hold(*number);
    if (!held) continue;  // it was purged meanwhile
    const auto marks = marks_of(*number);
    if (!marks) return std::unexpected(marks.error());
    LogPosition start{*number, first_event};
    bool first = true;
    for (const Mark& mark : *marks) {
      if (!mark.added.is_subset_of(known)) break;
      if (mark.kind != Mark::Kind::transaction) continue;
      if (!first) start.offset = mark.offset;
      first = false;
    }
    return start;
  }
}

/// The newest file whose previous GTIDs are all in `known`. They only ever grow from file to file, so it is found by
/// halving.
std::optional<std::uint64_t> Log::newest_file_for(const binlog::GtidSet& known) const {
  const std::lock_guard lock(mutex_);
  if (files_.empty() || !files_.begin()->second.previous.is_subset_of(known)) return std::nullopt;
  std::uint64_t fits = files_.begin()->first;
  std::uint64_t beyond = files_.rbegin()->first + 1;
  while (beyond - fits > 1) {
    const std::uint64_t middle = fits + (beyond - fits) / 2;
    (files_.at(middle).previous.is_subset_of(known) ? fits : beyond) = middle;
  }
  return fits;
}

Result<void> Log::check_position(const LogPosition& position) const {
  const auto info = file(position.file);
  if (!info) {
    return fail(ErrorKind::not_found, fmt::format("there is no file {}", binlog::log_file_name(position.file)));
  }
  if (position.offset > info->size) {
    return fail(ErrorKind::limit, fmt::format("{} ends at {}, before {}", binlog::log_file_name(position.file),
                                              info->size, position.offset));
  }
  if (position.offset == first_event || position.offset == info->size) return {};
  const auto marks = marks_of(position.file);
  if (!marks) return std::unexpected(marks.error());
  std::uint64_t start = first_event;
  for (const Mark& mark : *marks) {
    if (mark.offset <= position.offset) start = mark.offset;
  }
  const auto path = path_of(position.file);
  const auto descriptor = open_file(path, O_RDONLY);
  if (!descriptor) return std::unexpected(descriptor.error());
  EventScanner scanner(*descriptor, path, start, info->size, false);
  while (scanner.offset() < position.offset) {
    const auto event = scanner.next();
    if (!event) return std::unexpected(event.error());
  }
  if (scanner.offset() == position.offset) return {};
  return fail(ErrorKind::invalid,
              fmt::format("offset {} of {} is inside an event", position.offset, binlog::log_file_name(position.file)));
}

Result<std::vector<Mark>> Log::resume_marks(const LogPosition& from, std::size_t count_max) const {
  auto marks = marks_of(from.file);
  if (!marks) return marks;
  std::erase_if(*marks, [&](const Mark& mark) { return !mark.can_resume() || mark.offset < from.offset; });
  if (marks->size() > count_max) marks->resize(count_max);
  return marks;
}

/// All files but the newest, those before `from` left out.
std::vector<CataloguedFile> Log::closed_files(std::uint64_t from) const {
  const std::lock_guard lock(mutex_);
  std::vector<CataloguedFile> files;
  for (auto file = files_.lower_bound(from); file != files_.end() && std::next(file) != files_.end(); ++file) {
    binlog::GtidSet added = std::next(file)->second.previous;
    added.remove(file->second.previous);
    files.push_back({.number = file->first,
                     .size = file->second.size,
                     .timestamp = file->second.timestamp,
                     .previous = file->second.previous,
                     .added = std::move(added)});
  }
  return files;
}

Result<std::unique_ptr<ReaderHold>> Log::hold(std::uint64_t file) const {
  const std::lock_guard lock(mutex_);
  if (!files_.contains(file)) {
    return fail(ErrorKind::not_found, fmt::format("there is no file {}", binlog::log_file_name(file)));
  }
  return holds_->add(file);
}

Log::Listener Log::listen(std::function<void()> notify) {
  auto listener = std::make_shared<std::function<void()>>(std::move(notify));
  const std::lock_guard lock(listeners_mutex_);
  std::erase_if(listeners_, [](const auto& known) { return known.expired(); });
  listeners_.push_back(listener);
  return listener;
}

std::shared_ptr<const Block> Log::tail_block(const LogPosition& position) const {
  const std::lock_guard lock(mutex_);
  auto after = std::ranges::upper_bound(tail_, position, {}, [](const auto& block) { return block->begin; });
  if (after == tail_.begin()) return nullptr;
  const auto& block = *--after;
  const bool holds = block->begin.file == position.file && position.offset < block->end_offset;
  return holds ? block : nullptr;
}

std::shared_ptr<RecentBlocks> Log::recent_blocks() const {
  const std::lock_guard lock(mutex_);
  auto recent = recent_.lock();
  if (!recent) recent_ = recent = std::make_shared<RecentBlocks>();
  return recent;
}

void Log::add_file(std::uint64_t number, File file) {
  const std::lock_guard lock(mutex_);
  if (files_.empty()) executed_ = file.previous;
  end_ = {number, file.size};
  files_[number] = std::move(file);
}

void Log::publish(Publication publication) {
  {
    const std::lock_guard lock(mutex_);
    end_ = publication.end;
    File& file = files_[end_.file];
    file.size = end_.offset;
    std::ranges::move(publication.marks, std::back_inserter(*file.marks));
    executed_.add(publication.added);
    for (auto& block : publication.blocks) {
      tail_size_ += block->framed.size();
      tail_.push_back(std::move(block));
    }
    while (tail_size_ > tail_size_max || tail_.size() > tail_blocks_max) {
      tail_size_ -= tail_.front()->framed.size();
      tail_.pop_front();
    }
  }
  notify();
}

void Log::notify() {
  std::vector<Listener> listeners;
  {
    const std::lock_guard lock(listeners_mutex_);
    for (const auto& known : listeners_) {
      if (auto listener = known.lock()) listeners.push_back(std::move(listener));
    }
  }
  for (const auto& listener : listeners)
    (*listener)();
}

Result<std::vector<Mark>> Log::marks_of(std::uint64_t number) const {
  std::uint64_t size = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto found = files_.find(number);
    if (found == files_.end()) {
      return fail(ErrorKind::not_found, fmt::format("there is no file {}", binlog::log_file_name(number)));
    }
    if (found->second.marks) return *found->second.marks;
    size = found->second.size;
  }
  auto marks = complete_marks(path_of(number), size);
  if (!marks) return marks;
  const std::lock_guard lock(mutex_);
  if (const auto found = files_.find(number); found != files_.end()) {
    found->second.marks = std::make_shared<std::vector<Mark>>(*marks);
  }
  return marks;
}

}  // namespace sluice::store
