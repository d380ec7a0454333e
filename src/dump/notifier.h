#pragma once

#include <chrono>
#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "store/log.h"

namespace sluice::dump {

namespace asio = boost::asio;

/// Tells the coroutines of one I/O thread that the log has grown: one message per thread, however many wait there and
/// however often the log grew meanwhile. All calls from the executor's one thread, the log's aside.
class Notifier {
 public:
  Notifier(const asio::any_io_executor& executor, store::Log& log);
  ~Notifier();
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  /// The log reaches the executor no more, which may then be destroyed.
  void close();

  /// One coroutine's seat. Must not outlive the notifier.
  class Waiter {
   public:
    explicit Waiter(Notifier& notifier);
    ~Waiter();
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

    /// Completes when the log has grown, when wake() is called, or at `until`. What the log published before the call
    /// does not count, so look at the log's end right before; a wake() before the call does.
    [[nodiscard]] asio::awaitable<void> wait(std::chrono::steady_clock::time_point until);
    void wake();

   private:
    friend class Notifier;
    Notifier& notifier_;
    asio::steady_timer timer_;
    bool waiting_ = false;
    bool woken_ = false;
  };

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
  store::Log::Listener listener_;
};

}  // namespace sluice::dump
