#include "supervise/node.h"

#include <fstream>

#include <unistd.h>

#include "supervise/test_support.h"

namespace sluice::supervise {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

TEST(NodeTexts, CpuTimesAreAllButIdleAndWaiting) {
  const auto times = parse_cpu_times(
      "cpu  100 20 30 1000 500 5 6 7 50 5\ncpu0 50 10 15 500 250 2 3 4 0 0\ncpu1 50 10 15 500 250 3 3 3 0 0\nintr 1 "
      "2\n",
      100);
  ASSERT_TRUE(times);
  EXPECT_EQ(times->count, 2);
  EXPECT_DOUBLE_EQ(times->seconds, 1.68);
  EXPECT_DOUBLE_EQ(parse_cpu_times("cpu 1 2 3 4\ncpu0 1 2 3 4\n", 1)->seconds, 6) << "as old systems have it";
  for (const auto* text : {"", "cpu\ncpu0\n", "cpu 1 2 x\ncpu0 1\n", "cpu0 1 2 3 4\n", "intr 5\n"})
    EXPECT_FALSE(parse_cpu_times(text, 100)) << text;
  EXPECT_FALSE(parse_cpu_times("cpu 1 2 3 4\ncpu0 1 2 3 4\n", 0));
}

TEST(NodeTexts, MemoryThatCachesGiveBackIsNotUsed) {
  const auto memory = parse_memory("MemTotal: 1000 kB\nMemFree: 100 kB\nMemAvailable:   700 kB\nCached: 650 kB\n");
  ASSERT_TRUE(memory);
  EXPECT_EQ(memory->total, 1000U * 1024);
  EXPECT_EQ(memory->used, 300U * 1024);
  EXPECT_EQ(parse_memory("MemTotal: 10 kB\nMemFree: 1 kB\nBuffers: 2 kB\nCached: 3 kB\n")->used, 4U * 1024);
  EXPECT_EQ(parse_memory("MemTotal: 10 kB\nMemAvailable: 11 kB\n")->used, 0U);
  for (const auto* text : {"", "MemTotal: 10 kB\n", "MemAvailable: 10 kB\n", "MemTotal: x\nMemFree: 1 kB\n"})
    EXPECT_FALSE(parse_memory(text)) << text;
}

TEST(NodeTexts, LoadIsThreeNumbers) {
  EXPECT_EQ(parse_load("0.50 1.25 10.00 2/189 12564\n"), (std::array<double, 3>{0.5, 1.25, 10}));
  for (const auto* text : {"", "1 2", "a b c"})
    EXPECT_FALSE(parse_load(text)) << text;
}

/// A /proc and a tree of control groups of our own.
class NodeFiles : public testing::Test {
 protected:
  NodeFiles() {
    put("proc/stat", "cpu 100 0 0 1000\ncpu0 1 1 1 1\ncpu1 1 1 1 1\ncpu2 1 1 1 1\ncpu3 1 1 1 1\n");
    put("proc/meminfo", "MemTotal: 1000 kB\nMemAvailable: 400 kB\n");
    put("proc/loadavg", "1 2 3 1/1 1\n");
    put("proc/self/net/dev", "lo: 9 0 0 0 0 0 0 0 9 0\neth0: 10 0 0 0 0 0 0 0 20 0\n");
    put("proc/self/mountinfo", "30 20 0:26 / " + (directory.path / "groups").string() + " rw - cgroup2 cgroup2 rw\n");
    put("proc/self/cgroup", "0::/a/b\n");
    fs::create_directories(directory.path / "groups/a/b");
  }
  void put(const std::string& file, const std::string& content) const {
    fs::create_directories((directory.path / file).parent_path());
    std::ofstream(directory.path / file) << content;
  }
  [[nodiscard]] NodeReading read() const { return read_node(directory.path, directory.path / "proc"); }

  Directory directory;
};

TEST_F(NodeFiles, WithoutLimitsItIsTheHost) {
  put("groups/a/cpu.max", "max 100000\n");
  put("groups/a/memory.max", "max\n");
  put("groups/a/memory.current", "7\n");
  const auto reading = read();
  EXPECT_EQ(reading.cpu_scope, Scope::host);
  EXPECT_EQ(reading.cpu_count, 4);
  EXPECT_EQ(reading.memory_scope, Scope::host);
  EXPECT_EQ(reading.memory_total, 1'024'000U);
  EXPECT_EQ(reading.memory_used, 614'400U);
  EXPECT_EQ(reading.network_received, 10U);
  EXPECT_EQ(reading.network_sent, 20U);
  EXPECT_EQ(reading.load->at(2), 3);
}

TEST_F(NodeFiles, TheLowestLimitOnTheWayUpCountsAndItsGroupIsMeasured) {
  put("groups/cpu.max", "300000 100000\n");
  put("groups/a/cpu.max", "150000 100000\n");
  put("groups/a/cpu.stat", "usage_usec 2500000\n");
  put("groups/a/b/cpu.max", "200000 100000\n");
  put("groups/a/b/cpu.stat", "usage_usec 1\n");
  put("groups/a/b/memory.max", "500000\n");
  put("groups/a/b/memory.current", "300000\n");
  put("groups/a/b/memory.stat", "anon 1\ninactive_file 100000\n");
  const auto reading = read();
  EXPECT_EQ(reading.cpu_scope, Scope::group);
  EXPECT_EQ(reading.cpu_count, 1.5);
  EXPECT_EQ(reading.cpu_seconds, 2.5);
  EXPECT_EQ(reading.memory_scope, Scope::group);
  EXPECT_EQ(reading.memory_total, 500'000U);
  EXPECT_EQ(reading.memory_used, 200'000U);
}

TEST_F(NodeFiles, ALimitAboveTheHostIsNone) {
  put("groups/a/b/cpu.max", "800000 100000\n");
  put("groups/a/b/cpu.stat", "usage_usec 1\n");
  put("groups/a/b/memory.max", "9000000000\n");
  put("groups/a/b/memory.current", "1\n");
  const auto reading = read();
  EXPECT_EQ(reading.cpu_scope, Scope::host);
  EXPECT_EQ(reading.memory_scope, Scope::host);
}

TEST_F(NodeFiles, ALimitWithoutItsUseIsNotTaken) {
  put("groups/a/b/cpu.max", "100000 100000\n");
  put("groups/a/b/memory.max", "500000\n");
  EXPECT_EQ(read().cpu_scope, Scope::host);
  EXPECT_EQ(read().memory_scope, Scope::host);
}

TEST_F(NodeFiles, WhatIsMissingIsNothingAndNot0) {
  fs::remove_all(directory.path / "proc");
  const auto reading = read_node(directory.path / "missing", directory.path / "proc");
  EXPECT_FALSE(reading.cpu_count || reading.cpu_seconds || reading.memory_total || reading.memory_used);
  EXPECT_FALSE(reading.disk_total || reading.disk_free || reading.network_received || reading.network_sent);
  EXPECT_FALSE(reading.load);
  EXPECT_EQ(json_text(use_between(reading, reading)),
            R"({"cpu_scope": "host", "cpu_count": null, "cpu_used": null, "memory_scope": "host", )"
            R"("memory_total": null, "memory_used": null, "disk_total": null, "disk_free": null, )"
            R"("network_received": null, "network_sent": null, "load": null})");
}

NodeReading reading_at(int second, double cpu_seconds, std::uint64_t bytes) {
  NodeReading reading;
  reading.when = std::chrono::steady_clock::time_point(seconds(second));
  reading.cpu_count = 2;
  reading.cpu_seconds = cpu_seconds;
  reading.network_received = bytes;
  reading.network_sent = bytes * 2;
  return reading;
}

TEST(NodeUse, IsWhatHappenedBetween) {
  const auto use = use_between(reading_at(10, 100, 1000), reading_at(14, 106, 5000));
  EXPECT_EQ(use.cpu_used, 1.5);
  EXPECT_EQ(use.network_received, 1000);
  EXPECT_EQ(use.network_sent, 2000);
}

TEST(NodeUse, IsNothingWhereACounterWentBackOrNoTimePassed) {
  EXPECT_FALSE(use_between(reading_at(1, 9, 9), reading_at(2, 8, 9)).cpu_used);
  EXPECT_FALSE(use_between(reading_at(1, 9, 9), reading_at(2, 9, 8)).network_sent);
  EXPECT_FALSE(use_between(reading_at(1, 8, 8), reading_at(1, 9, 9)).cpu_used);
  auto other = reading_at(2, 99, 9);
  other.cpu_scope = Scope::group;
  EXPECT_FALSE(use_between(reading_at(1, 9, 9), other).cpu_used) << "two different counters";
}

TEST(NodeUse, IsNeverMoreThanThereIs) {
  EXPECT_EQ(use_between(reading_at(1, 0, 0), reading_at(2, 2.1, 0)).cpu_used, 2) << "ticks are coarse";
}

TEST(NodeSampler, SeesWorkOnThisMachine) {
  NodeSampler sampler("/tmp");
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(300);
  while (std::chrono::steady_clock::now() < end) {
  }
  const auto use = sampler.sample();
  ASSERT_TRUE(use.cpu_used && use.now.cpu_count && use.now.memory_used && use.now.disk_free && use.now.load);
  EXPECT_GT(*use.cpu_used, 0.05);
  EXPECT_LE(*use.cpu_used, *use.now.cpu_count);
  EXPECT_LT(*use.now.memory_used, *use.now.memory_total);
  EXPECT_LE(*use.now.disk_free, *use.now.disk_total);
  EXPECT_TRUE(use.network_received);
  RecordProperty("json", json_text(use));
}

}  // namespace
}  // namespace sluice::supervise
