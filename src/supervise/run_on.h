#pragma once

#include <type_traits>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace sluice::supervise {

/// Calls `work` in a thread of `there`, which is for what may block, and goes on in `back`, the coroutine's executor.
/// `work` must not throw; what it refers to must live until this completes.
template <typename Work>
[[nodiscard]] boost::asio::awaitable<std::invoke_result_t<const Work&>> run_on(
    const boost::asio::any_io_executor& there, const boost::asio::any_io_executor& back, const Work& work) {
  auto over_there = boost::asio::bind_executor(there, boost::asio::use_awaitable);
  auto back_here = boost::asio::bind_executor(back, boost::asio::use_awaitable);
  co_await boost::asio::post(std::move(over_there));
  auto result = work();
  co_await boost::asio::post(std::move(back_here));
  co_return result;
}

}  // namespace sluice::supervise
