#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/error.h"
#include "mysql/interruption.h"

namespace sluice::instance {

/// What capture does while the log's disk takes nothing: waits until it may be tried again. One thread.
class StoragePause {
 public:
  /// `make_room` removes what of the log has expired and returns how many files went.
  StoragePause(std::filesystem::path directory, std::function<std::size_t()> make_room,
               std::shared_ptr<mysql::Interruption> interruption)
      : directory_(std::move(directory)), make_room_(std::move(make_room)), interruption_(std::move(interruption)) {}

  using Tell = std::function<void(std::string state, std::string text)>;

  /// `tell` is called at once and whenever there is something new to tell: a state ("disk full", "disk failed") and a
  /// text that says what can be done. On a full disk it returns when there is room again, otherwise after a pause that
  /// grows from call to call.
  void wait(const Error& error, const Tell& tell);

  /// Capture has gone on.
  void reset() { pause_ = pause_min; }

 private:
  static constexpr std::chrono::milliseconds pause_min{1'000};
  static constexpr std::chrono::milliseconds pause_max{10'000};

  [[nodiscard]] bool wait_for_room(const Error& error, const Tell& tell);
  void sleep(std::chrono::milliseconds time);

  const std::filesystem::path directory_;
  const std::function<std::size_t()> make_room_;
  const std::shared_ptr<mysql::Interruption> interruption_;
  std::chrono::milliseconds pause_ = pause_min;
};

}  // namespace sluice::instance
