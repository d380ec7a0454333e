#include "supervise/process_identity.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace sluice::supervise {
namespace {

const ProcessIdentity example{42, 77, "b-o-o-t", {"/bin/a b", "", "-c", "x \"y\" "}, 9};

TEST(ProcessFile, ComesBackAsItWas) {
  const auto parsed = parse_process_file(process_file_text(example));
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(*parsed, example);
}

TEST(ProcessFile, EveryPartOfItIsRefused) {
  const std::string text = process_file_text(example);
  for (std::size_t size = 0; size + 1 < text.size(); ++size) {
    EXPECT_FALSE(parse_process_file(text.substr(0, size))) << size;
  }
  EXPECT_FALSE(parse_process_file("42\n"));
  EXPECT_FALSE(parse_process_file("sluice process 1\npid -3\nstart 1\nboot b\noutput 0\nargument a\nend\n"));
}

TEST(ProcessStat, ANameMayHoldAnything) {
  const std::string fields = " S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20 21";
  for (const std::string name : {"a", "a b", ") Z 1 (", "((", "\n"}) {
    const auto stat = parse_process_stat("7 (" + name + ")" + fields);
    ASSERT_TRUE(stat) << name;
    EXPECT_EQ(stat->state, 'S');
    EXPECT_EQ(stat->start_ticks, 4711U);
  }
  for (const std::string text : {"", "7", "7 (a", "7 (a)", "7 (a) S", "7 (a) S 1 2", "7 (a) SS 1"}) {
    EXPECT_FALSE(parse_process_stat(text)) << text;
  }
}

TEST(ProcessStat, OfThisProcessIsReadable) {
  const auto stat = read_process_stat(::getpid());
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->state, 'R');
  EXPECT_GT(stat->start_ticks, 0U);
  EXPECT_FALSE(read_command(::getpid()).empty());
  EXPECT_EQ(read_boot_id()->size(), 36U);
}

}  // namespace
}  // namespace sluice::supervise
