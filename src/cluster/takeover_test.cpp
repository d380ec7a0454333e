#include "cluster/takeover.h"

#include <vector>

#include <gtest/gtest.h>

namespace sluice::cluster {
namespace {

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;

std::uint64_t first(const std::vector<std::uint64_t>& files, std::uint64_t file_size) {
  return plan_takeover(files, {.file_size = file_size})->first_file;
}

TEST(Takeover, BeginsWhereAGibibyteIsWrittenAnew) {
  EXPECT_EQ(first({5, 9, 8, 7, 6}, 512 * mebibyte), 8U);
  EXPECT_EQ(first({5, 9, 8, 7, 6}, 500 * mebibyte), 8U);
  EXPECT_EQ(first({5, 9, 8, 7, 6}, mebibyte), 5U);
}

TEST(Takeover, TheNewestAloneHoweverLarge) {
  EXPECT_EQ(first({5, 6, 7}, 4096 * mebibyte), 7U);
  EXPECT_EQ(first({3}, 1), 3U);
}

TEST(Takeover, AFileThatIsNotRecordedIsNoBeginning) {
  EXPECT_EQ(first({5, 9}, 256 * mebibyte), 9U);
  EXPECT_EQ(first({5, 6, 9}, 256 * mebibyte), 6U);
}

TEST(Takeover, TheReasonTellsTheFiles) {
  EXPECT_EQ(plan_takeover(std::vector<std::uint64_t>{5, 6}, {.file_size = mebibyte})->reason,
            "begins at mysql-bin.000005; the newest recorded is mysql-bin.000006");
}

TEST(Takeover, WithoutARecordNoOtherLogIsBegun) {
  EXPECT_EQ(plan_takeover({}, {.file_size = mebibyte}).error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace sluice::cluster
