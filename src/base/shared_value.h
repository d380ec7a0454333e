#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace sluice {

/// A value that can be exchanged for another while threads use it: who has got it keeps it as long as it likes. Is
/// never empty unless it was given an empty pointer. Any thread.
template <typename T>
class SharedValue {
 public:
  explicit SharedValue(std::shared_ptr<T> value) : value_(std::move(value)) {}

  [[nodiscard]] std::shared_ptr<T> get() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }

  /// The one before comes back.
  std::shared_ptr<T> exchange(std::shared_ptr<T> value) {
    const std::lock_guard lock(mutex_);
    return std::exchange(value_, std::move(value));
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<T> value_;
};

}  // namespace sluice
