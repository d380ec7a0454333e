#include "dump/notifier.h"

#include <algorithm>
#include <mutex>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace sluice::dump {

/// Lives as long as the log may still call or a message is under way.
struct Notifier::Shared {
  explicit Shared(asio::any_io_executor its) : executor(std::move(its)) {}

  void wake_all() {
    const std::vector<Waiter*> sleepers = std::exchange(waiting, {});
    for (Waiter* sleeper : sleepers) {
      sleeper->waiting_ = false;
      sleeper->wake();
    }
  }

  asio::any_io_executor executor;
  std::vector<Waiter*> waiting;  ///< only touched by the executor's thread
  std::mutex mutex;              ///< guards what follows: the log's writer is another thread
  bool closed = false;
  bool posted = false;
};

Notifier::Notifier(const asio::any_io_executor& executor, store::Log& log)
    : shared_(std::make_shared<Shared>(executor)), listener_(log.listen([shared = shared_] {
        const std::lock_guard lock(shared->mutex);
        if (shared->closed || shared->posted) {
          return;
        }
        shared->posted = true;
        asio::post(shared->executor, [shared] {
          {
            const std::lock_guard again(shared->mutex);
            shared->posted = false;
          }
          shared->wake_all();
        });
      })) {}

Notifier::~Notifier() {
  close();
}

void Notifier::close() {
  const std::lock_guard lock(shared_->mutex);
  shared_->closed = true;
}

Notifier::Waiter::Waiter(Notifier& notifier) : notifier_(notifier), timer_(notifier.shared_->executor) {}

Notifier::Waiter::~Waiter() {
  if (waiting_) {
    std::erase(notifier_.shared_->waiting, this);
  }
}

asio::awaitable<void> Notifier::Waiter::wait(std::chrono::steady_clock::time_point until) {
  if (!woken_) {
    waiting_ = true;
    notifier_.shared_->waiting.push_back(this);
    timer_.expires_at(until);
    boost::system::error_code ignored;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if (waiting_) {
      waiting_ = false;
      std::erase(notifier_.shared_->waiting, this);
    }
  }
  woken_ = false;
}

void Notifier::Waiter::wake() {
  woken_ = true;
  timer_.cancel();
}

}  // namespace sluice::dump
