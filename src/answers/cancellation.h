#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace sluice::answers {

/// Ends what a session waits for. Any thread; once cancelled it stays so.
class Cancellation {
 public:
  void cancel() {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    changed_.notify_all();
  }

  [[nodiscard]] bool cancelled() const {
    const std::lock_guard lock(mutex_);
    return cancelled_;
  }

  /// Waits, and says whether it was cancelled meanwhile.
  [[nodiscard]] bool wait_until(std::chrono::steady_clock::time_point end) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_until(lock, end, [this] { return cancelled_; });
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool cancelled_ = false;
};

}  // namespace sluice::answers
