#include "answers/source_progress.h"

#include <utility>

namespace sluice::answers {

void SourceProgress::answer(std::optional<binlog::GtidSet> executed) {
  std::vector<std::function<void()>> waiting;
  {
    const std::lock_guard lock(mutex_);
    answered_ = true;
    executed_ = std::move(executed);
    waiting = std::exchange(waiting_, {});
  }
  for (const auto& wake : waiting)
    wake();
}

bool SourceProgress::reached(const store::Log& log) const {
  const std::lock_guard lock(mutex_);
  return answered_ && (!executed_ || log.has_executed(*executed_));
}

void SourceProgress::when_answered(std::function<void()> wake) {
  {
    const std::lock_guard lock(mutex_);
    if (!answered_) {
      waiting_.push_back(std::move(wake));
      return;
    }
  }
  wake();
}

}  // namespace sluice::answers
