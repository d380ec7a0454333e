#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "answers/server_state.h"
#include "capture/mysql/source.h"
#include "follow/follower.h"
#include "instance/capture_totals.h"
#include "instance/config.h"
#include "instance/convert_throttle.h"
#include "instance/storage_pause.h"
#include "store/log_writer.h"

namespace sluice::instance {

/// Brings the log forward in a thread of its own, until stop(): as a primary, which captures from the source, or as a
/// follower, which copies the primary's log. What fails is tried again with growing pauses, at the source's next
/// address if it has several; what a person has to decide stops it, in a state that says so; while the disk is full it
/// waits. Meanwhile the log goes on being served.
///
/// States beside those of a primary: "following", "reconnecting" (the primary cannot be reached), "behind" (the primary
/// has less than this log, which waits for it), "differs" (this log is not the primary's).
class CaptureThread {
 public:
  struct Services {
    /// Called when the log's disk is full; removes what of the log has expired and returns how many files went.
    std::function<std::size_t()> make_room;
    /// Called in the thread when the log has to be copied anew from the primary: it differs, or what comes next is not
    /// kept there. False: that could not be asked for; it is called again.
    std::function<bool()> copy_anew;
    /// Called once, in the thread, when a follower without a log is to be primary: where that log begins only a start
    /// can be told (Config::start_boundary).
    std::function<void()> start_anew;
  };

  /// `writer` must be open and write to `log`. Begins at once, in the role that `config` says, by `turn` interruptible.
  CaptureThread(const Config& config, store::Log& log, std::unique_ptr<store::LogWriter> writer,
                std::shared_ptr<mysql::Interruption> turn, Services services);
  ~CaptureThread();
  CaptureThread(const CaptureThread&) = delete;
  CaptureThread& operator=(const CaptureThread&) = delete;

  [[nodiscard]] answers::CaptureStatus status() const;
  [[nodiscard]] const CaptureTotals& totals() const { return totals_; }
  [[nodiscard]] ConvertThrottle& throttle() { return throttle_; }

  /// From now on follows `primary`, or captures from the source if there is none. Does not wait until that has begun;
  /// without a change nothing is interrupted. Fails only when the process has no file descriptors left.
  [[nodiscard]] Result<void> change_role(const std::optional<follow::PrimaryAddress>& primary);

  /// Ends capture and closes the log in order. Blocks for at most the time one transaction's write takes.
  void stop();

 private:
  /// What is to be done until the role changes or stop() is called: then it is interrupted.
  struct Turn {
    std::optional<follow::PrimaryAddress> primary;
    std::shared_ptr<mysql::Interruption> interruption;
  };

  void run();
  [[nodiscard]] std::optional<Turn> next_turn();
  void capture();
  void follow(const follow::PrimaryAddress& address);
  [[nodiscard]] follow::FollowFailure follow_once(const follow::PrimaryAddress& address);
  [[nodiscard]] follow::Follower::Observer observe_following(const std::string& address);
  void pause(std::chrono::milliseconds time);
  [[nodiscard]] bool interrupted() const { return turn_.interruption->requested(); }
  [[nodiscard]] capture::SourceFailure capture_from(const std::string& address);
  [[nodiscard]] capture::SourceResult<convert::LogState> first_state(capture::Source& source);
  [[nodiscard]] capture::SourceResult<convert::LogState> next_state(const capture::Source& source);
  [[nodiscard]] bool wait_for_storage(const std::string& address, const Error& error);
  void report(std::string state, const std::string& address, std::string error);

  const Config& config_;
  store::Log& log_;
  std::unique_ptr<store::LogWriter> writer_;
  Services services_;
  Turn turn_;                                    ///< the thread's
  std::unique_ptr<StoragePause> storage_pause_;  ///< of the turn
  bool has_followed_ = false;                    ///< since the start
  bool cannot_verify_ = false;                   ///< the source no longer has what would have to be read again
  CaptureTotals totals_;
  ConvertThrottle throttle_;
  store::Log::Listener publication_listener_;

  void note_settings(const capture::SourceFacts& facts);

  mutable std::mutex mutex_;
  std::condition_variable role_changed_;
  Turn wanted_;              ///< the turn under way, or the next one
  bool turn_begun_ = false;  ///< wanted_ has been taken up
  bool stopping_ = false;
  answers::CaptureStatus status_;
  std::thread thread_;
};

}  // namespace sluice::instance
