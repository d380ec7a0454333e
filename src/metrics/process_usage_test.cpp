#include "metrics/process_usage.h"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

namespace sluice::metrics {
namespace {

class ControlGroup : public testing::Test {
 protected:
  ControlGroup() {
    std::string name = std::filesystem::temp_directory_path() / "sluice-cgroup-XXXXXX";
    root = mkdtemp(name.data());
  }
  ~ControlGroup() override { std::filesystem::remove_all(root); }

  void put(const std::string& file, const std::string& content) const {
    std::filesystem::create_directories((root / file).parent_path());
    std::ofstream(root / file) << content << "\n";
  }

  std::filesystem::path root;
};

TEST_F(ControlGroup, OfVersion2TheLowestOnTheWayUpCounts) {
  put("a/cpu.max", "150000 100000");
  put("a/memory.max", "1000000");
  put("a/b/cpu.max", "max 100000");
  put("a/b/memory.max", "2000000");
  const auto limits = control_group_limits(root, "0::/a/b\n");
  EXPECT_EQ(limits.cpu_count, 1.5);
  EXPECT_EQ(limits.memory, 1'000'000U);
}

TEST_F(ControlGroup, OfVersion1EachControllerHasItsOwn) {
  put("cpu/a/cpu.cfs_quota_us", "50000");
  put("cpu/a/cpu.cfs_period_us", "100000");
  put("cpu/cpu.cfs_quota_us", "-1");
  put("cpu/cpu.cfs_period_us", "100000");
  put("memory/b/memory.limit_in_bytes", "4096");
  const auto limits = control_group_limits(root, "5:cpu,cpuacct:/a\n4:memory:/b\n1:name=systemd:/\n");
  EXPECT_EQ(limits.cpu_count, 0.5);
  EXPECT_EQ(limits.memory, 4096U);
}

TEST_F(ControlGroup, WithoutAnyThereIsNoLimit) {
  const auto limits = control_group_limits(root, "0::/\nnonsense\n");
  EXPECT_FALSE(limits.cpu_count);
  EXPECT_FALSE(limits.memory);
}

TEST(ProcessUsage, LoopbackIsNoNetwork) {
  const auto [received, sent] = network_bytes(
      "Inter-|   Receive  |  Transmit\n face |bytes    packets errs drop fifo frame compressed multicast|bytes\n"
      "    lo: 999 1 0 0 0 0 0 0 999 1 0 0 0 0 0 0\n  eth0: 10 1 0 0 0 0 0 0 7 1 0 0 0 0 0 0\n"
      "  eth1:5 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0\n");
  EXPECT_EQ(received, 15U);
  EXPECT_EQ(sent, 8U);
}

TEST(ProcessUsage, TellsOfThisProcess) {
  const ProcessUsage usage = read_process_usage("/");
  EXPECT_GT(usage.cpu_count, 0);
  EXPECT_GE(usage.cpu_seconds, 0);
  EXPECT_GT(usage.memory_used, 100U << 10U);
  EXPECT_GE(usage.memory_total, usage.memory_used);
  EXPECT_GE(usage.open_files, 3U);
  EXPECT_GE(usage.open_files_max, usage.open_files);
  EXPECT_GE(usage.disk_total, usage.disk_used);
}

}  // namespace
}  // namespace sluice::metrics
