#pragma once

#include "dump/notifier.h"
#include "session/waiter.h"

namespace sluice::instance {

/// A waiter that the log's growth wakes too. Must not outlive the notifier.
class LogWaiter : public session::Waiter {
 public:
  explicit LogWaiter(dump::Notifier& notifier) : waiter_(notifier) {}

  [[nodiscard]] boost::asio::awaitable<void> wait(std::chrono::steady_clock::time_point until) override {
    return waiter_.wait(until);
  }
  void wake() override { waiter_.wake(); }

 private:
  dump::Notifier::Waiter waiter_;
};

}  // namespace sluice::instance
