#pragma once

#include <functional>
#include <memory>

#include "follow/log_copy.h"
#include "follow/primary.h"
#include "store/log_writer.h"

namespace sluice::follow {

/// Why a follower does not go on.
struct FollowFailure {
  enum class Kind : std::uint8_t {
    broken,   ///< the primary cannot be reached, or broke off; try again
    behind,   ///< the primary has not reached the end of this log yet; try again
    purged,   ///< the primary no longer keeps what comes next here
    differs,  ///< this log is not the beginning of the primary's
  };
  Kind kind = Kind::broken;
  Error error;
};

/// Copies a primary's log to the end of the own one, byte for byte. One thread, which is the writer's.
///
/// Whether the two logs are the same is asked of checksums: of the newest file when it begins, and of each file that
/// has ended. So a log that differs is found out before anything is appended to it, at the latest at its file's end.
class Follower {
 public:
  /// What is told on the way; all in the follower's thread, and quick.
  struct Observer {
    std::function<void()> connected = [] {};  ///< the log is being copied
    std::function<void(const LogCopy::Transaction&)> copied = [](const LogCopy::Transaction&) {};
    std::function<void()> idle = [] {};  ///< nothing more is there at the moment
  };

  /// `writer` writes to `log`; `sink` takes what is to be appended and hands it on to `writer`. All must outlive it.
  struct Target {
    store::Log& log;
    store::LogWriter& writer;
    convert::LogSink& sink;
  };

  Follower(Target target, Primary& primary, std::shared_ptr<mysql::Interruption> interruption, Observer observer)
      : target_(target), primary_(primary), interruption_(std::move(interruption)), observer_(std::move(observer)) {}

  /// Connects, compares, copies until something fails. What was committed is published then.
  [[nodiscard]] FollowFailure follow();

 private:
  using Step = std::expected<void, FollowFailure>;

  [[nodiscard]] std::expected<store::LogPosition, FollowFailure> take_up();
  [[nodiscard]] Step check_reaches(const store::LogPosition& begin, const store::LogPosition& end);
  [[nodiscard]] Step compare(const store::LogPosition& end);
  [[nodiscard]] Step compare_ended(const store::LogPosition& end);
  [[nodiscard]] Step copy(LogCopy& copy);
  [[nodiscard]] Result<ByteView> next_event(LogCopy& copy);

  Target target_;
  Primary& primary_;
  std::shared_ptr<mysql::Interruption> interruption_;
  Observer observer_;
};

}  // namespace sluice::follow
