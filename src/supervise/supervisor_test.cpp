#include "supervise/supervisor.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <fmt/format.h>

#include "supervise/test_support.h"

namespace sluice::supervise {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::seconds;

class SupervisorTest : public testing::Test {
 protected:
  SupervisorTest() { open(); }
  ~SupervisorTest() override {
    supervisor.reset();
    context.restart();
    context.run_for(seconds(1));
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
  T run(asio::awaitable<T> coroutine) {
    auto future = asio::co_spawn(context, std::move(coroutine), asio::use_future);
    EXPECT_TRUE(run_until([&] { return future.wait_for(seconds(0)) == std::future_status::ready; }));
    return future.get();
  }

  bool run_until(const std::function<bool()>& is_so) {
    return within(seconds(20), [&] {
      context.restart();
      context.run_for(milliseconds(2));
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
  asio::io_context context{1};
  asio::thread_pool pool{2};
  std::unique_ptr<Supervisor> supervisor;
  std::vector<End> ended;
};

TEST_F(SupervisorTest, AChildThatEndsAtOnceIsTold) {
  ASSERT_TRUE(start("a", "echo why >&2; exit 3"));
  ASSERT_TRUE(run_until([&] { return !ended.empty(); }));
  EXPECT_EQ(ended.front().name, "a");
  EXPECT_EQ(ended.front().ending.text(), "ended with exit code 3: why");
  EXPECT_TRUE(supervisor->running().empty());
  EXPECT_TRUE(start("a", "exit 0")) << "and can be started again";
}

TEST_F(SupervisorTest, AnEndIsToldWithinMilliseconds) {
  ASSERT_TRUE(run(supervisor->start("a", {"/bin/sleep", "1000"}, {})));
  const auto begin = std::chrono::steady_clock::now();
  ::kill(supervisor->running().front().pid, SIGKILL);
  ASSERT_TRUE(run_until([&] { return !ended.empty(); }));
  const auto took = ended.front().when - begin;
  RecordProperty("microseconds", std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
  EXPECT_LT(took, milliseconds(500)) << "generous, for machines that are busy";
}

TEST_F(SupervisorTest, StopIsGentle) {
  ASSERT_TRUE(start("a", "trap 'echo bye; exit 0' TERM; echo on; while :; do sleep 0.02; done"));
  const auto output = directory.path / "a/output";
  ASSERT_TRUE(within(seconds(5), [&] { return std::filesystem::file_size(output) > 0; }));
  const auto ending = run(supervisor->stop("a", seconds(10)));
  ASSERT_TRUE(ending) << ending.error().message;
  EXPECT_EQ(ending->text(), "ended with exit code 0: on\nbye");
  EXPECT_TRUE(ended.empty()) << "who stops it is told, and nobody else";
}

TEST_F(SupervisorTest, WhoIgnoresSigtermIsKilled) {
  ASSERT_TRUE(start("a", "trap '' TERM; echo on; while :; do sleep 0.02; done"));
  const auto output = directory.path / "a/output";
  ASSERT_TRUE(within(seconds(5), [&] { return std::filesystem::file_size(output) > 0; }));
  const auto begin = std::chrono::steady_clock::now();
  const auto ending = run(supervisor->stop("a", milliseconds(200)));
  ASSERT_TRUE(ending) << ending.error().message;
  EXPECT_EQ(ending->how, Ending::How::signalled);
  EXPECT_EQ(ending->number, SIGKILL);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds(200));
}

TEST_F(SupervisorTest, KillIsAtOnce) {
  ASSERT_TRUE(start("a", "trap '' TERM; while :; do sleep 0.02; done"));
  const auto ending = run(supervisor->kill("a"));
  ASSERT_TRUE(ending) << ending.error().message;
  EXPECT_EQ(ending->number, SIGKILL);
  EXPECT_FALSE(run(supervisor->kill("a")));
}

TEST_F(SupervisorTest, WaitingEndsWithTheProcessOrTheLimit) {
  ASSERT_TRUE(start("a", "sleep 0.3; exit 5"));
  EXPECT_FALSE(run(supervisor->wait("a", milliseconds(20))));
  const auto ending = run(supervisor->wait("a", seconds(10)));
  ASSERT_TRUE(ending);
  EXPECT_EQ(ending->number, 5);
  EXPECT_FALSE(run(supervisor->wait("a", seconds(10)))) << "it is not watched any more";
}

TEST_F(SupervisorTest, ASecondOneIsRefusedWhileTheFirstLives) {
  const auto second = Supervisor::open(directory.path, context.get_executor(), pool.get_executor(), {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::refused);
}

TEST_F(SupervisorTest, TheNextOneAdoptsFiftyAndStopsThem) {
  for (int i = 0; i < 50; ++i)
    ASSERT_TRUE(run(supervisor->start(fmt::format("i{}", i), {"/bin/sleep", "1000"}, {})));
  const auto before = supervisor->running();
  supervisor.reset();
  open();
  for (const Running& one : before) {
    const auto adopted = run(supervisor->adopt(one.name));
    ASSERT_TRUE(adopted) << adopted.error().message;
    EXPECT_TRUE(*adopted) << one.name;
    EXPECT_FALSE(run(supervisor->start(one.name, {"/bin/sleep", "1000"}, {})));
  }
  ASSERT_EQ(supervisor->running().size(), before.size());
  EXPECT_EQ(supervisor->running().back().pid, before.back().pid);
  EXPECT_TRUE(supervisor->running().back().adopted);
  for (const Running& one : before)
    EXPECT_TRUE(run(supervisor->stop(one.name, seconds(10))));
  EXPECT_TRUE(ended.empty());
}

TEST_F(SupervisorTest, FiftyThatStartAndEndAtOnceAreAllTold) {
  for (int i = 0; i < 50; ++i) {
    asio::co_spawn(
        context, supervisor->start(fmt::format("i{}", i), {"/bin/sh", "-c", fmt::format("exit {}", i)}, {}),
        [](const std::exception_ptr&, const Result<pid_t>& pid) { EXPECT_TRUE(pid) << pid.error().message; });
  }
  ASSERT_TRUE(run_until([&] { return ended.size() == 50; }));
  for (const End& one : ended)
    EXPECT_EQ(one.name, fmt::format("i{}", one.ending.number));
}

TEST_F(SupervisorTest, NothingRunsThereIsNothingToAdopt) {
  EXPECT_EQ(run(supervisor->adopt("a")).value_or(true), false);
}

TEST_F(SupervisorTest, NoNameLeavesTheWorkDirectory) {
  for (const std::string name : {"", ".", "..", "../a", "a/b", ".a", "a b", "a\n"}) {
    EXPECT_FALSE(is_instance_name(name));
    EXPECT_FALSE(run(supervisor->start(name, {"/bin/sleep", "1000"}, {}))) << name;
  }
  EXPECT_TRUE(is_instance_name("cluster.tenant-1_x"));
  EXPECT_FALSE(is_instance_name(std::string(129, 'a')));
}

}  // namespace
}  // namespace sluice::supervise
