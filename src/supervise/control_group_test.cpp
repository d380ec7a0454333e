#include "supervise/control_group.h"

#include <gtest/gtest.h>

namespace sluice::supervise {
namespace {

TEST(ControlGroupTexts, MaxIsNoLimit) {
  EXPECT_EQ(parse_limit("4096\n"), 4096U);
  EXPECT_EQ(parse_limit("0"), 0U);
  for (const auto* text : {"max\n", "", "\n", "-1\n", "4k\n", "99999999999999999999999\n"})
    EXPECT_FALSE(parse_limit(text)) << text;
}

TEST(ControlGroupTexts, CpuMaxIsProcessors) {
  EXPECT_EQ(parse_cpu_max("150000 100000\n"), 1.5);
  EXPECT_EQ(parse_cpu_max("50000\n"), 0.5);
  for (const auto* text : {"max 100000\n", "", "150000 0\n", "150000 x\n", "x 100000\n"})
    EXPECT_FALSE(parse_cpu_max(text)) << text;
}

TEST(ControlGroupTexts, CpuMaxComesBack) {
  EXPECT_EQ(cpu_max_text(std::nullopt), "max 100000");
  EXPECT_EQ(cpu_max_text(0.5), "50000 100000");
  EXPECT_EQ(cpu_max_text(0), "1000 100000") << "the least the system takes";
  EXPECT_EQ(parse_cpu_max(cpu_max_text(2.25)), 2.25);
}

TEST(ControlGroupTexts, KeysAreWhole) {
  const std::string text = "anon 5\ninactive_file 77\nfile 6\n";
  EXPECT_EQ(keyed_number(text, "file"), 6U);
  EXPECT_EQ(keyed_number(text, "inactive_file"), 77U);
  EXPECT_FALSE(keyed_number(text, "inactive"));
  EXPECT_FALSE(keyed_number("", "file"));
  EXPECT_TRUE(has_word("cpuset cpu memory\n", "memory"));
  EXPECT_FALSE(has_word("cpuset memory\n", "cpu"));
  EXPECT_FALSE(has_word("\n", "cpu"));
}

const std::string whole = "30 20 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n";

TEST(ControlGroupTexts, OurGroupIsBelowTheMount) {
  const auto place = find_own_group(whole, "0::/system.slice/sluiced.service\n");
  ASSERT_TRUE(place);
  EXPECT_EQ(place->mount, "/sys/fs/cgroup");
  EXPECT_EQ(place->own, "/sys/fs/cgroup/system.slice/sluiced.service");
  EXPECT_EQ(find_own_group(whole, "0::/\n")->own, "/sys/fs/cgroup");
}

TEST(ControlGroupTexts, BesideVersion1ItIsFoundToo) {
  const auto place = find_own_group(
      "29 20 0:25 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n41 31 0:38 / /sys/fs/cgroup/uni\\040fied rw - "
      "cgroup2 "
      "cgroup2 rw\n",
      "4:memory:/a\n0::/b\n");
  ASSERT_TRUE(place);
  EXPECT_EQ(place->own, "/sys/fs/cgroup/uni fied/b");
}

TEST(ControlGroupTexts, APartOfTheTreeShowsOnlyWhatIsInIt) {
  const std::string part = "30 20 0:26 /docker/1 /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
  EXPECT_EQ(find_own_group(part, "0::/docker/1/x\n")->own, "/sys/fs/cgroup/x");
  EXPECT_FALSE(find_own_group(part, "0::/docker/12\n"));
  EXPECT_FALSE(find_own_group(whole, "0::/../other\n"));
}

TEST(ControlGroupTexts, WithoutVersion2ThereIsNone) {
  EXPECT_FALSE(find_own_group("", "0::/\n"));
  EXPECT_FALSE(find_own_group(whole, "4:memory:/a\n"));
  EXPECT_FALSE(find_own_group("nonsense\n- cgroup2\n1 2 3 - cgroup2 x\n", "0::/\n"));
}

}  // namespace
}  // namespace sluice::supervise
