#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "store/log.h"

namespace sluice::store {

/// How much of a log is kept. 0 switches a limit off.
struct RetentionLimits {
  std::uint64_t expire_seconds = 0;  ///< files go when their last transaction is older than this
  std::uint64_t expire_size = 0;     ///< bytes of all files together: the oldest go while they are more
  /// Files that a reader needs go too, and the reader with them, while all files together are more than this percentage
  /// of `expire_size`.
  std::uint64_t hard_percent = 0;
};

/// What the limits ask for. The newest file always stays.
struct RetentionPlan {
  std::uint64_t keep_from = 0;       ///< files before this one are to go, unless a reader needs them
  std::uint64_t hard_keep_from = 0;  ///< files before this one are to go in any case

  bool operator==(const RetentionPlan&) const = default;
};
/// `files` are all files, `times` those of all but the newest; `now` is in seconds since 1970.
[[nodiscard]] RetentionPlan plan_retention(const std::vector<LogFileInfo>& files, const std::vector<LogFileTime>& times,
                                           const RetentionLimits& limits, std::uint64_t now);

/// Keeps a log within its limits, in a thread of its own: looks when a file begins, and from time to time, so that the
/// files of an idle tenant expire too.
class Retention {
 public:
  /// `limits` is asked at every look, from several threads.
  Retention(std::shared_ptr<Log> log, std::function<RetentionLimits()> limits,
            std::chrono::milliseconds period = std::chrono::minutes(1));
  ~Retention();
  Retention(const Retention&) = delete;
  Retention& operator=(const Retention&) = delete;

  /// Looks soon: a limit was changed.
  void look_soon();

  /// Looks now, in the caller's thread; returns how many files went. For a full disk. Waits for the disk.
  std::size_t look();

 private:
  void run(std::chrono::milliseconds period);
  [[nodiscard]] std::size_t purge(std::uint64_t keep_from, bool hard);
  void revoke(std::uint64_t keep_from, const RetentionLimits& limits);
  void tell_who_stops_it(const PurgeOutcome& outcome);

  std::shared_ptr<Log> log_;
  std::function<RetentionLimits()> limits_;
  std::mutex looking_;             ///< one look at a time
  std::uint64_t told_in_use_ = 0;  ///< the file of the last message about a reader

  /// Shared with a call of the log's that may come late.
  struct Alarm {
    std::mutex mutex;
    std::condition_variable changed;
    bool wanted = false;
    bool stopping = false;
    std::uint64_t newest = 0;  ///< file at the last look
  };
  std::shared_ptr<Alarm> alarm_ = std::make_shared<Alarm>();
  Log::Listener listener_;
  std::thread thread_;
};

}  // namespace sluice::store
