#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace sluice::answers {

/// Ends what a session waits for. Any thread. Once cancelled it stays so; an interruption ends one statement.
class Cancellation {
 public:
  void cancel() {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    changed_.notify_all();
  }
  /// For the statement under way only; without one, for none.
  void interrupt() {
    const std::lock_guard lock(mutex_);
    interrupted_ = running_;
    changed_.notify_all();
  }

  // Around each statement.
  void begin_statement() {
    const std::lock_guard lock(mutex_);
    running_ = true;
    interrupted_ = false;
  }
  void end_statement() {
    const std::lock_guard lock(mutex_);
    running_ = false;
    interrupted_ = false;
  }

  [[nodiscard]] bool cancelled() const {
    const std::lock_guard lock(mutex_);
    return cancelled_ || interrupted_;
  }

  /// Waits, and says whether it was cancelled or interrupted meanwhile.
  [[nodiscard]] bool wait_until(std::chrono::steady_clock::time_point end) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_until(lock, end, [this] { return cancelled_ || interrupted_; });
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool cancelled_ = false;
  bool running_ = false;
  bool interrupted_ = false;
};

}  // namespace sluice::answers
