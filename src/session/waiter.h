#pragma once

#include <chrono>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

namespace sluice::session {

/// The seat of one statement that waits (answers::SqlWait). All calls from its connection's thread.
class Waiter {
 public:
  virtual ~Waiter() = default;

  /// Completes when wake() is called, at `until`, or whenever else the condition may have changed. A wake() before the
  /// call counts.
  [[nodiscard]] virtual boost::asio::awaitable<void> wait(std::chrono::steady_clock::time_point until) = 0;
  virtual void wake() = 0;
};

/// One that nothing but wake() and the time ends.
class TimedWaiter : public Waiter {
 public:
  explicit TimedWaiter(const boost::asio::any_io_executor& executor) : timer_(executor) {}

  [[nodiscard]] boost::asio::awaitable<void> wait(std::chrono::steady_clock::time_point until) override;
  void wake() override;

 private:
  boost::asio::steady_timer timer_;
  bool woken_ = false;
};

}  // namespace sluice::session
