#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "binlog/gtid_set.h"
#include "store/log.h"

namespace sluice::answers {

/// A question to the source, how far it is, and its answer once it has come. Any thread.
class SourceProgress {
 public:
  /// What the source has executed; nothing if it could not be asked.
  void answer(std::optional<binlog::GtidSet> executed);

  /// Whether the log has all that the source had when it was asked; also if there is no answer to wait for. False until
  /// the answer is there.
  [[nodiscard]] bool reached(const store::Log& log) const;

  /// Calls `wake` once the answer is there, from the thread that gives it; at once if it is there already.
  void when_answered(std::function<void()> wake);

 private:
  mutable std::mutex mutex_;
  bool answered_ = false;
  std::optional<binlog::GtidSet> executed_;
  std::vector<std::function<void()>> waiting_;
};

}  // namespace sluice::answers
