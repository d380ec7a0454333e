#include "supervise/supervisor.h"

#include <fstream>

#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>

#include "supervise/supervisor_for_test.h"

namespace sluice::supervise {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

using SupervisorTest = WithSupervisor;

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
  ASSERT_TRUE(start("a", "while ! test -e go; do sleep 0.02; done; exit 5"));
  EXPECT_FALSE(run(supervisor->wait("a", milliseconds(20))));
  std::ofstream(directory.path / "a/go").put('\n');
  const auto ending = run(supervisor->wait("a", seconds(10)));
  ASSERT_TRUE(ending);
  EXPECT_EQ(ending->number, 5);
  EXPECT_FALSE(run(supervisor->wait("a", seconds(10)))) << "it is not watched any more";
}

TEST_F(SupervisorTest, WhoWaitsForReadinessIsToldOfAnEndInstead) {
  ASSERT_TRUE(start("a", "exit 4"));
  const auto never = run(supervisor->wait_ready(
      "a", [] { return false; }, seconds(10)));
  EXPECT_FALSE(never.ready);
  ASSERT_TRUE(start("b", "exec sleep 1000"));
  int asked = 0;
  EXPECT_TRUE(run(supervisor->wait_ready(
                      "b", [&] { return ++asked == 3; }, seconds(10)))
                  .ready);
  EXPECT_FALSE(run(supervisor->wait_ready(
                       "b", [] { return false; }, milliseconds(30)))
                   .ready);
  const bool was_told = !ended.empty();
  const auto killed = [this] { return ::kill(supervisor->running().front().pid, SIGKILL) != 0; };
  const auto readiness = run(supervisor->wait_ready("b", killed, seconds(10)));
  ASSERT_TRUE(readiness.ending);
  EXPECT_EQ(readiness.ending->number, SIGKILL);
  EXPECT_EQ(!ended.empty(), was_told) << "who waited is told, and nobody else";
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
    boost::asio::co_spawn(
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
