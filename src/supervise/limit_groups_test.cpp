#include "supervise/limit_groups.h"

#include <cerrno>
#include <csignal>
#include <fstream>

#include <unistd.h>

#include "base/file.h"
#include "supervise/control_group.h"
#include "supervise/test_support.h"

namespace sluice::supervise {
namespace {

namespace fs = std::filesystem;

/// Ordinary files where a control group has its own.
class LimitGroupsTest : public testing::Test {
 protected:
  void put(const std::string& file, const std::string& content = "") const {
    fs::create_directories((parent.path / file).parent_path());
    std::ofstream(parent.path / file) << content;
  }
  [[nodiscard]] std::string content(const std::string& file) const {
    return read_file(parent.path / file, 1000).value_or("missing");
  }
  void put_groups() const {
    put("cgroup.controllers", "cpuset cpu io memory pids\n");
    put("cgroup.subtree_control");
    put("sluice-instances/cgroup.subtree_control");
    for (const auto* file : {"cpu.max", "memory.max", "cgroup.procs"})
      put(std::string("sluice-instances/a/") + file);
  }

  Directory parent;
};

TEST_F(LimitGroupsTest, APlaceHasLimitsFirstAndThenTheProcess) {
  put_groups();
  const auto groups = LimitGroups::open(parent.path);
  ASSERT_TRUE(groups.state().enforced) << groups.state().reason;
  EXPECT_EQ(content("cgroup.subtree_control"), "+cpu +memory");
  EXPECT_EQ(content("sluice-instances/cgroup.subtree_control"), "+cpu +memory");
  const auto placed = groups.place("a", {.processors = 1.5, .memory = 1U << 30U}, 4711);
  EXPECT_TRUE(placed.enforced) << placed.reason;
  EXPECT_EQ(content("sluice-instances/a/cpu.max"), "150000 100000");
  EXPECT_EQ(content("sluice-instances/a/memory.max"), "1073741824");
  EXPECT_EQ(content("sluice-instances/a/cgroup.procs"), "4711");
}

TEST_F(LimitGroupsTest, WhatHasALimitDoesNotSwap) {
  put_groups();
  put("sluice-instances/a/memory.swap.max");
  const auto groups = LimitGroups::open(parent.path);
  EXPECT_TRUE(groups.change("a", {.processors = {}, .memory = 1U << 30U}).enforced);
  EXPECT_EQ(content("sluice-instances/a/memory.swap.max"), "0");
  EXPECT_TRUE(groups.change("a", {}).enforced);
  EXPECT_EQ(content("sluice-instances/a/memory.swap.max"), "max");
}

TEST_F(LimitGroupsTest, WithoutALimitItIsMax) {
  put_groups();
  EXPECT_TRUE(LimitGroups::open(parent.path).change("a", {}).enforced);
  EXPECT_EQ(content("sluice-instances/a/cpu.max"), "max 100000");
  EXPECT_EQ(content("sluice-instances/a/memory.max"), "max");
}

TEST_F(LimitGroupsTest, WhatIsSwitchedOnAlreadyIsNotWritten) {
  put_groups();
  put("cgroup.subtree_control", "memory cpu\n");
  EXPECT_TRUE(LimitGroups::open(parent.path).state().enforced);
  EXPECT_EQ(content("cgroup.subtree_control"), "memory cpu\n");
}

TEST_F(LimitGroupsTest, AControllerThatIsMissingIsNamedAndNothingIsTouched) {
  put("cgroup.controllers", "cpu hugetlb\n");
  put("cgroup.subtree_control");
  const auto groups = LimitGroups::open(parent.path);
  EXPECT_FALSE(groups.state().enforced);
  EXPECT_NE(groups.state().reason.find("'memory'"), std::string::npos) << groups.state().reason;
  EXPECT_FALSE(fs::exists(parent.path / "sluice-instances"));
  EXPECT_EQ(content("cgroup.subtree_control"), "");
  EXPECT_EQ(groups.place("a", {}, 1).reason, groups.state().reason);
  EXPECT_TRUE(groups.remove("a"));
}

TEST_F(LimitGroupsTest, NoControlGroupIsNone) {
  EXPECT_FALSE(LimitGroups::open(parent.path).state().enforced);
  EXPECT_FALSE(LimitGroups::open("/no/such/group").state().enforced);
}

TEST_F(LimitGroupsTest, ALimitThatIsRefusedIsUnenforcedWithTheFile) {
  put_groups();
  fs::remove(parent.path / "sluice-instances/a/memory.max");
  const auto placed = LimitGroups::open(parent.path).place("a", {.processors = 1, .memory = 1}, 4711);
  EXPECT_FALSE(placed.enforced);
  EXPECT_NE(placed.reason.find("memory.max"), std::string::npos) << placed.reason;
  EXPECT_EQ(content("sluice-instances/a/cgroup.procs"), "") << "not without its limits";
}

TEST_F(LimitGroupsTest, NoNameLeavesOurDirectory) {
  put_groups();
  put("cpu.max");
  const auto groups = LimitGroups::open(parent.path);
  for (const std::string name : {"..", "../x", "", "a/b"}) {
    EXPECT_FALSE(groups.place(name, {.processors = 1, .memory = {}}, 4711).enforced) << name;
    EXPECT_TRUE(groups.remove(name));
  }
  EXPECT_EQ(content("cpu.max"), "");
}

TEST_F(LimitGroupsTest, UseIsReadAndWhatIsMissingIsNothing) {
  put_groups();
  put("sluice-instances/a/cpu.stat", "usage_usec 2500000\nuser_usec 1\n");
  put("sluice-instances/a/memory.events", "low 0\noom 3\noom_kill 2\n");
  const auto use = LimitGroups::open(parent.path).use("a");
  EXPECT_EQ(use.cpu_seconds, 2.5);
  EXPECT_EQ(use.memory_kills, 2U);
  EXPECT_FALSE(use.memory);
}

TEST_F(LimitGroupsTest, OnlyAnEmptyGroupGoes) {
  put_groups();
  fs::create_directory(parent.path / "sluice-instances/b");
  const auto groups = LimitGroups::open(parent.path);
  EXPECT_TRUE(groups.remove("b"));
  EXPECT_FALSE(fs::exists(parent.path / "sluice-instances/b"));
  EXPECT_TRUE(groups.remove("b"));
  EXPECT_FALSE(groups.remove("a"));
}

/// On the system's own groups. SLUICE_TEST_CGROUP names one that tests may use, with the controllers cpu and memory.
class LimitGroupsReal : public testing::Test {
 protected:
  void SetUp() override {
    if (!groups.state().enforced) GTEST_SKIP() << "NO CONTROL GROUP CAN BE TESTED HERE: " << groups.state().reason;
  }

  const char* named = ::getenv("SLUICE_TEST_CGROUP");
  LimitGroups groups = LimitGroups::open(named == nullptr ? "" : named);
  Directory directory;
};

TEST_F(LimitGroupsReal, AProcessRunsInItsLimitsAndTheGroupGoes) {
  Enforcement placed;
  auto process = InstanceProcess::start(shell(directory.path / "a", "exec cat /proc/self/cgroup"), [&](pid_t pid) {
    placed = groups.place("test", {.processors = 0.5, .memory = 64U << 20U}, pid);
  });
  ASSERT_TRUE(process) << process.error().message;
  EXPECT_TRUE(placed.enforced) << placed.reason;
  EXPECT_NE(ending_of(*process).output.find("/sluice-instances/test"), std::string::npos);
  const auto use = groups.use("test");
  EXPECT_GT(use.cpu_seconds.value_or(0), 0);
  EXPECT_LE(use.memory.value_or(~0ULL), 64U << 20U);
  EXPECT_EQ(use.memory_kills, 0U);
  EXPECT_TRUE(groups.change("test", {}).enforced);
  EXPECT_TRUE(within(std::chrono::seconds(2), [&] { return groups.remove("test").has_value(); }));
}

TEST_F(LimitGroupsReal, AProcessThatTakesMoreMemoryIsEnded) {
  const std::string takes = "held=x; while :; do held=$held$held; done";
  auto process = InstanceProcess::start(shell(directory.path / "a", takes), [&](pid_t pid) {
    EXPECT_TRUE(groups.place("greedy", {.processors = {}, .memory = 16U << 20U}, pid).enforced);
  });
  ASSERT_TRUE(process) << process.error().message;
  const Ending ending = ending_of(*process);
  EXPECT_EQ(ending.how, Ending::How::signalled) << ending.text();
  EXPECT_EQ(ending.number, SIGKILL) << ending.text();
  EXPECT_EQ(groups.use("greedy").memory_kills, 1U);
  EXPECT_TRUE(within(std::chrono::seconds(2), [&] { return groups.remove("greedy").has_value(); }));
}

TEST_F(LimitGroupsReal, AGroupWithProcessesOfItsOwnCannotBeUsedAndSaysSo) {
  if (named == nullptr) GTEST_SKIP() << "SLUICE_TEST_CGROUP names no control group in which one could be made";
  const fs::path busy = fs::path(named) / "busy";
  fs::create_directories(busy);
  auto process = InstanceProcess::start(sleeper(directory.path / "a"),
                                        [&](pid_t pid) { std::ofstream(busy / "cgroup.procs") << pid; });
  ASSERT_TRUE(process) << process.error().message;
  const auto state = LimitGroups::open(busy).state();
  EXPECT_FALSE(state.enforced);
  EXPECT_NE(state.reason.find("has processes of its own"), std::string::npos) << state.reason;
  EXPECT_NE(state.reason.find("DelegateSubgroup="), std::string::npos) << state.reason;
  EXPECT_TRUE(process->signal(SIGKILL));
  (void)ending_of(*process);
  EXPECT_TRUE(within(std::chrono::seconds(2), [&] { return ::rmdir(busy.c_str()) == 0; }));
}

TEST(LimitGroups, WhereTheyCannotBeHadTheReasonIsSaid) {
  const auto groups = LimitGroups::open("");
  EXPECT_EQ(groups.state().enforced, groups.state().reason.empty());
  RecordProperty("reason", groups.state().reason);
}

}  // namespace
}  // namespace sluice::supervise
