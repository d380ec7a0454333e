#include "session/waiter.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace sluice::session {

namespace asio = boost::asio;

asio::awaitable<void> TimedWaiter::wait(std::chrono::steady_clock::time_point until) {
  if (!woken_) {
    timer_.expires_at(until);
    boost::system::error_code ignored;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  woken_ = false;
}

void TimedWaiter::wake() {
  woken_ = true;
  timer_.cancel();
}

}  // namespace sluice::session
