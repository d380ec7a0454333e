// Log's purges: how its oldest files go.
#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "base/file.h"
#include "base/log.h"
#include "binlog/log_file_name.h"
#include "store/file_times.h"
#include "store/log.h"
#include "store/log_directory.h"

namespace sluice::store {

std::vector<LogFileTime> Log::file_times() const {
  std::vector<LogFileTime> times;
  std::vector<std::uint32_t> headers;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [number, file] : files_) {
      times.push_back({.number = number, .written = 0});
      headers.push_back(file.timestamp);
    }
  }
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  const auto written = store::file_times(std::move(headers), static_cast<std::uint32_t>(now));
  times.resize(written.size());
  for (std::size_t i = 0; i < times.size(); ++i)
    times[i].written = written[i];
  return times;
}

Result<PurgeOutcome> Log::purge_to(std::uint64_t file) {
  if (!this->file(file)) {
    return fail(ErrorKind::not_found, fmt::format("there is no file {}", binlog::log_file_name(file)));
  }
  const std::lock_guard one_at_a_time(purge_mutex_);
  auto outcome = take_out(file);
  taken_out_.insert(taken_out_.end(), outcome.removed.begin(), outcome.removed.end());
  if (auto removed = remove_taken_out(); !removed) return std::unexpected(std::move(removed.error()));
  return outcome;
}

Result<PurgeOutcome> Log::purge_before(std::int64_t time) {
  const auto times = file_times();
  if (times.empty()) return PurgeOutcome();
  const auto kept = std::ranges::find_if(times, [&](const LogFileTime& file) { return file.written >= time; });
  return purge_to(kept == times.end() ? times.back().number + 1 : kept->number);
}

/// Takes the files before `end` from what readers see, up to the first that one of them holds.
PurgeOutcome Log::take_out(std::uint64_t end) {
  const std::lock_guard lock(mutex_);
  PurgeOutcome outcome;
  const auto held = holds_->oldest();
  if (held && *held < end) {
    outcome.in_use = *held;
    outcome.readers = holds_->readers_of(*held);
    end = *held;
  }
  while (files_.size() > 1 && files_.begin()->first < end) {
    outcome.removed.push_back(files_.begin()->first);
    files_.erase(files_.begin());
  }
  return outcome;
}

/// Removes the files that readers see no more. What fails is tried again by the next purge.
Result<void> Log::remove_taken_out() {
  if (taken_out_.empty()) return {};
  auto next = taken_out_.begin();
  auto noted = note_purge(directory_, taken_out_.back());
  // On a full disk there may be no room for the note; the oldest file makes some.
  while (!noted && noted.error().kind == ErrorKind::limit && next != taken_out_.end()) {
    if (auto removed = remove_log_file(directory_, *next++); !removed) return removed;
    if (auto synced = sync_directory(directory_); !synced) return synced;
    noted = note_purge(directory_, taken_out_.back());
  }
  if (!noted) return noted;
  auto indexed = write_index();
  if (!indexed && indexed.error().kind != ErrorKind::limit) return indexed;
  for (; next != taken_out_.end(); ++next) {
    if (auto removed = remove_log_file(directory_, *next); !removed) return removed;
  }
  if (!indexed) indexed = write_index();
  if (!indexed) return indexed;
  if (auto ended = end_purge(directory_); !ended) return ended;
  log::info("purged {} log files, {} to {}", taken_out_.size(), binlog::log_file_name(taken_out_.front()),
            binlog::log_file_name(taken_out_.back()));
  taken_out_.clear();
  return {};
}

Result<void> Log::write_index() {
  const std::lock_guard lock(index_mutex_);
  std::vector<std::uint64_t> numbers;
  for (const LogFileInfo& file : files())
    numbers.push_back(file.number);
  return write_log_index(directory_, numbers);
}

}  // namespace sluice::store
