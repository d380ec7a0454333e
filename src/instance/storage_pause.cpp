#include "instance/storage_pause.h"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "base/file.h"

namespace sluice::instance {
namespace {

/// With less it is not worth going on: a file's beginning and what is written at once have to fit.
constexpr std::uint64_t free_min = 8U << 20U;
/// But when somebody made that much room it is tried: the log may be kept within less.
constexpr std::uint64_t grown_min = 1U << 20U;

bool is_full(const Error& error) {
  return error.code == ENOSPC || error.code == EDQUOT;
}

}  // namespace

void StoragePause::wait(const Error& error, const Tell& tell) {
  if (is_full(error)) {
    if (wait_for_room(error, tell)) return;
  } else {
    tell("disk failed", fmt::format("the log's disk failed: {}. Capture tries again by itself; check the disk, and the "
                                    "system's messages about it",
                                    error.message));
  }
  sleep(pause_);
  pause_ = std::min(pause_ * 2, pause_max);
}

/// Whether it had to wait. There may be room from the start: where a quota is used up, or somebody was quick.
bool StoragePause::wait_for_room(const Error& error, const Tell& tell) {
  const std::uint64_t free_at_first = free_space(directory_).value_or(0);
  for (bool waited = false; !interruption_->requested(); waited = true) {
    if (make_room_() > 0) return true;
    const auto free = free_space(directory_);
    tell("disk full",
         fmt::format("no space is left for the log in {}: {} bytes are free, {} have to be. Make room there, or keep "
                     "less of the log (binlog_expire_logs_size, binlog_expire_logs_seconds, PURGE BINARY LOGS); "
                     "capture goes on by itself then. The cause: {}",
                     directory_.string(), free.value_or(0), free_min, error.message));
    if (!free || *free >= free_min || *free >= free_at_first + grown_min) return waited;
    sleep(pause_min);
  }
  return true;
}

void StoragePause::sleep(std::chrono::milliseconds time) {
  (void)interruption_->wait(-1, 0, std::chrono::steady_clock::now() + time);
}

}  // namespace sluice::instance
