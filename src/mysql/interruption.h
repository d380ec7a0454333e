#pragma once

#include <atomic>
#include <chrono>
#include <memory>

#include "base/error.h"
#include "base/file_descriptor.h"

namespace sluice::mysql {

using Deadline = std::chrono::steady_clock::time_point;

/// Ends the blocking calls of whoever waits with it, at once and for good: made by the one who may stop a job, shared
/// with the clients that job opens, one after the other. All of it is for any thread.
class Interruption {
 public:
  /// Fails only when the process has no file descriptors left.
  [[nodiscard]] static Result<std::shared_ptr<Interruption>> make();

  /// Waits under way and all later ones end with ErrorKind::closed.
  void request() noexcept;
  [[nodiscard]] bool requested() const noexcept { return requested_.load(std::memory_order_acquire); }

  /// Waits until `descriptor` has one of poll(2)'s `events` (or failed): true; or until `deadline`: false.
  [[nodiscard]] Result<bool> wait(int descriptor, short events, Deadline deadline) const;

 private:
  explicit Interruption(FileDescriptor event) : event_(std::move(event)) {}

  FileDescriptor event_;  ///< readable once requested
  std::atomic<bool> requested_ = false;
};

}  // namespace sluice::mysql
