#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace sluice::store {

class ReaderHolds;

/// A reader's word that it needs a log file and those behind it: no purge takes them while it holds. Any thread.
class ReaderHold {
 public:
  ~ReaderHold();
  ReaderHold(const ReaderHold&) = delete;
  ReaderHold& operator=(const ReaderHold&) = delete;

  /// The reader has left the files before `file`. Only forwards.
  void move_to(std::uint64_t file);

  /// Whether the files were removed all the same. The reader has to end then. Quick.
  [[nodiscard]] bool revoked() const { return revoked_.load(std::memory_order_acquire); }
  /// Why, once it is revoked.
  [[nodiscard]] std::string reason() const;

 private:
  friend class ReaderHolds;
  ReaderHold(std::shared_ptr<ReaderHolds> holds, std::uint64_t file) : holds_(std::move(holds)), file_(file) {}

  const std::shared_ptr<ReaderHolds> holds_;
  std::atomic<bool> revoked_{false};
  // What follows is guarded by the mutex of the holds.
  std::uint64_t file_;
  std::string reason_;
};

/// The holds of all readers of a log. Any thread.
class ReaderHolds : public std::enable_shared_from_this<ReaderHolds> {
 public:
  [[nodiscard]] std::unique_ptr<ReaderHold> add(std::uint64_t file);

  /// The oldest file that is held; nothing without readers.
  [[nodiscard]] std::optional<std::uint64_t> oldest() const;
  /// How many readers are at this very file.
  [[nodiscard]] std::size_t readers_of(std::uint64_t file) const;

  /// Takes their hold from all readers that need a file before `file`; returns how many there were. `reason` is what
  /// each of them is told.
  std::size_t revoke_before(std::uint64_t file, const std::string& reason);

 private:
  friend class ReaderHold;
  mutable std::mutex mutex_;
  std::set<ReaderHold*> holds_;  ///< those that were not revoked
};

}  // namespace sluice::store
