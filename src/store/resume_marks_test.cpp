#include <algorithm>

#include "store/store_test_support.h"

namespace sluice::store {
namespace {

class ResumeMarks : public testing::Test {
 protected:
  /// Two files with a mark each 256 KiB.
  void SetUp() override {
    LogRun run(directory_.path, 2U << 20U);
    run.begin();
    run.transactions(1, 30, 100'000);
    ASSERT_TRUE(run.writer->close());
  }

  Directory directory_;
};

TEST_F(ResumeMarks, OfAClosedFileAndOfTheNewest) {
  const LogRun run(directory_.path);
  ASSERT_EQ(run.log->end().file, 2);
  for (const std::uint64_t file : {1U, 2U}) {
    const auto marks = run.log->resume_marks({file, 0}, 100);
    ASSERT_TRUE(marks);
    EXPECT_GE(marks->size(), 3);
    EXPECT_TRUE(std::ranges::all_of(*marks, [](const Mark& mark) { return mark.can_resume(); }))
        << "the one of the close is left out";
  }
  EXPECT_EQ(run.log->resume_marks({1, 0}, 100)->front().source_place, "start");
  EXPECT_EQ(run.log->resume_marks({3, 0}, 100).error().kind, ErrorKind::not_found);
}

TEST_F(ResumeMarks, FromAnOffsetOnAndNoMoreThanAsked) {
  const LogRun run(directory_.path);
  const auto all = run.log->resume_marks({1, 0}, 100);
  ASSERT_TRUE(all);
  EXPECT_EQ(run.log->resume_marks({1, all->at(1).offset}, 1), std::vector{all->at(1)});
  EXPECT_EQ(run.log->resume_marks({1, all->at(0).offset + 1}, 1), std::vector{all->at(1)});
  EXPECT_TRUE(run.log->resume_marks({1, all->back().offset + 1}, 100)->empty());
}

}  // namespace
}  // namespace sluice::store
