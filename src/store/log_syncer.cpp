#include "store/log_syncer.h"

#include <chrono>

#include "base/file.h"
#include "base/log.h"

namespace sluice::store {
namespace {

/// How long written bytes may wait for their sync: a power cut costs at most this much, which is read again from the
/// source.
constexpr std::chrono::milliseconds sync_interval{200};

}  // namespace

LogSyncer::LogSyncer(Sync sync) : sync_(std::move(sync)), thread_([this] { run(); }) {}

LogSyncer::~LogSyncer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void LogSyncer::written(std::shared_ptr<OpenLogFile> file, std::uint64_t end, std::vector<Mark> marks) {
  const std::lock_guard lock(mutex_);
  end_ = end;
  file_ = std::move(file);
  marks_.insert(marks_.end(), std::make_move_iterator(marks.begin()), std::make_move_iterator(marks.end()));
  if (!dirty_) changed_.notify_all();
  dirty_ = true;
}

Result<void> LogSyncer::drain() {
  std::unique_lock lock(mutex_);
  hurry_ = true;
  changed_.notify_all();
  changed_.wait(lock, [this] { return (!dirty_ && !busy_) || error_; });
  hurry_ = false;
  if (error_) return std::unexpected(*error_);
  return {};
}

std::optional<Error> LogSyncer::error() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

std::uint64_t LogSyncer::synced() const {
  const std::lock_guard lock(mutex_);
  return synced_;
}

void LogSyncer::start(std::uint64_t synced) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !busy_; });
  file_.reset();
  marks_.clear();
  synced_ = end_ = synced;
  dirty_ = false;
  error_.reset();
}

void LogSyncer::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return (dirty_ && !error_) || stopping_; });
    if (stopping_) return;
    changed_.wait_for(lock, sync_interval, [this] { return hurry_ || stopping_; });
    dirty_ = false;
    busy_ = true;
    const auto file = file_;
    const std::uint64_t end = end_;
    const auto marks = std::exchange(marks_, {});
    lock.unlock();
    auto synced = sync_(file->file, file->path);
    const bool data_synced = synced.has_value();
    if (synced && !marks.empty()) synced = file->marks->append(marks);
    lock.lock();
    busy_ = false;
    if (data_synced) synced_ = end;
    if (!synced) {
      log::error("the log cannot be brought to the disk: {}", synced.error().message);
      error_ = std::move(synced.error());
    }
    changed_.notify_all();
  }
}

}  // namespace sluice::store
