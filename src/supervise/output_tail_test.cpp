#include "supervise/output_tail.h"

#include <fstream>

#include "supervise/test_support.h"

namespace sluice::supervise {
namespace {

TEST(OutputTail, HasTheLastLinesOnly) {
  EXPECT_EQ(last_lines(""), "");
  EXPECT_EQ(last_lines("\n\n"), "");
  EXPECT_EQ(last_lines("a\nb\n\n"), "a\nb");
  std::string many;
  for (int i = 1; i <= 30; ++i)
    many += std::to_string(i) + "\n";
  EXPECT_EQ(last_lines(many), "21\n22\n23\n24\n25\n26\n27\n28\n29\n30");
}

TEST(OutputTail, IsNeverLong) {
  EXPECT_EQ(last_lines(std::string(100'000, 'x')), std::string(tail_bytes_max, 'x'));
}

TEST(OutputTail, HoldsNothingThatIsNoText) {
  EXPECT_EQ(last_lines(std::string("a\0b\x1b[1m\tc", 9)), "a?b?[1m\tc");
}

TEST(OutputTail, BeginsWhereThisProcessBegan) {
  const Directory directory;
  const auto file = directory.path / "output";
  EXPECT_EQ(read_output_tail(file, 0), "");
  std::ofstream(file) << "old\nnew\n";
  EXPECT_EQ(read_output_tail(file, 4), "new");
  EXPECT_EQ(read_output_tail(file, 8), "");
  EXPECT_EQ(read_output_tail(file, 99), "");
}

}  // namespace
}  // namespace sluice::supervise
