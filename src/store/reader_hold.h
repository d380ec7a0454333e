#pragma once

#include <functional>
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
  /// Called once, from the thread that revokes, so it must be quick and must not let the hold go.
  using Revoked = std::function<void()>;

  ~ReaderHold();
  ReaderHold(const ReaderHold&) = delete;
  ReaderHold& operator=(const ReaderHold&) = delete;

  /// The reader has left the files before `file`. Only forwards.
  void move_to(std::uint64_t file);

  /// Why the reader has to end: files it needs were removed all the same. Nothing as long as it may go on.
  [[nodiscard]] std::optional<std::string> revoked() const;

 private:
  friend class ReaderHolds;
  ReaderHold(std::shared_ptr<ReaderHolds> holds, std::uint64_t file, Revoked on_revoked)
      : holds_(std::move(holds)), file_(file), on_revoked_(std::move(on_revoked)) {}

  // What follows is guarded by the mutex of the holds.
  const std::shared_ptr<ReaderHolds> holds_;
  std::uint64_t file_;
  Revoked on_revoked_;
  std::optional<std::string> reason_;
};

/// The holds of all readers of a log. Any thread.
class ReaderHolds : public std::enable_shared_from_this<ReaderHolds> {
 public:
  [[nodiscard]] std::unique_ptr<ReaderHold> add(std::uint64_t file, ReaderHold::Revoked on_revoked);

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
