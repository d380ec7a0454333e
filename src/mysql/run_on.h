#pragma once

#include <type_traits>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace sluice::mysql {

namespace asio = boost::asio;

/// Calls `work` in a thread of `there` (a pool, for what may block) and goes on in `back`, the coroutine's own
/// executor. `work` must not throw; what it refers to must live until this completes, which a caller that waits for it
/// has by itself.
template <typename Work>
[[nodiscard]] asio::awaitable<std::invoke_result_t<const Work&>> run_on(const asio::any_io_executor& there,
                                                                        const asio::any_io_executor& back,
                                                                        const Work& work) {
  auto over_there = asio::bind_executor(there, asio::use_awaitable);
  auto back_here = asio::bind_executor(back, asio::use_awaitable);
  co_await asio::post(std::move(over_there));
  auto result = work();
  co_await asio::post(std::move(back_here));
  co_return result;
}

}  // namespace sluice::mysql
