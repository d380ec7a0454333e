#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>

namespace sluice::listen {

/// The connections that have not logged in, in the order they came. When there are too many the oldest has to go: real
/// clients log in within milliseconds, so it is one of those who keep places without using them. Any thread.
class Handshakes {
 public:
  using Close = std::function<void()>;

  /// Takes a connection in, and gives what ends the oldest one if there are more than `limit`; it is no longer counted.
  [[nodiscard]] std::optional<Close> add(std::uint32_t connection_id, Close close, std::size_t limit) {
    const std::lock_guard lock(mutex_);
    waiting_.emplace(connection_id, std::move(close));
    if (waiting_.size() <= limit) return std::nullopt;
    Close oldest = std::move(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
    return oldest;
  }

  /// It has logged in, or gone.
  void remove(std::uint32_t connection_id) {
    const std::lock_guard lock(mutex_);
    waiting_.erase(connection_id);
  }

  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::uint32_t, Close> waiting_;  ///< connection ids count up
};

}  // namespace sluice::listen
