#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include "supervise/supervisor.h"
#include "supervise/test_support.h"

namespace sluice::supervise {

/// A supervisor in a directory of its own, with its loop and pool.
class WithSupervisor : public testing::Test {
 protected:
  WithSupervisor() { open(); }
  ~WithSupervisor() override {
    supervisor.reset();
    context.restart();
    context.run_for(std::chrono::seconds(1));
    pool.join();
  }

  void open() {
    auto opened = Supervisor::open(directory.path, context.get_executor(), pool.get_executor(),
                                   [this](const std::string& name, const Ending& ending) {
                                     ended.emplace_back(name, ending, std::chrono::steady_clock::now());
                                   });
    ASSERT_TRUE(opened) << opened.error().message;
    supervisor = std::move(*opened);
  }

  /// Runs the loop until the coroutine has ended.
  template <typename T>
  T run(boost::asio::awaitable<T> coroutine) {
    auto future = boost::asio::co_spawn(context, std::move(coroutine), boost::asio::use_future);
    EXPECT_TRUE(run_until([&] { return future.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }));
    return future.get();
  }

  bool run_until(const std::function<bool()>& is_so) {
    return within(std::chrono::seconds(20), [&] {
      context.restart();
      context.run_for(std::chrono::milliseconds(2));
      return is_so();
    });
  }

  Result<pid_t> start(const std::string& name, const std::string& script) {
    return run(supervisor->start(name, {"/bin/sh", "-c", script}, usual_environment()));
  }

  struct End {
    std::string name;
    Ending ending;
    std::chrono::steady_clock::time_point when;
  };

  Directory directory;
  boost::asio::io_context context{1};
  boost::asio::thread_pool pool{2};
  std::unique_ptr<Supervisor> supervisor;
  std::vector<End> ended;
};

}  // namespace sluice::supervise
