#include "store/file_times.h"

#include <gtest/gtest.h>

namespace sluice::store {

using Times = std::vector<std::uint32_t>;

TEST(FileTimes, AFileWasWrittenWhenTheNextSaysSo) {
  EXPECT_EQ(file_times({}, 100), Times());
  EXPECT_EQ(file_times({5}, 100), Times());
  EXPECT_EQ(file_times({5, 7, 9}, 100), (Times{7, 9}));
}

TEST(FileTimes, ATransactionThatClaimsThePastMakesNoFileOld) {
  EXPECT_EQ(file_times({50, 60, 1, 70, 2}, 100), (Times{60, 60, 70, 70}));
}

TEST(FileTimes, ATransactionThatClaimsTheFutureKeepsNothingForEver) {
  EXPECT_EQ(file_times({50, 4'000'000'000, 70, 80}, 100), (Times{70, 70, 80}));
}

TEST(FileTimes, ASourceWhoseClockIsAheadDoesNotLookOld) {
  EXPECT_EQ(file_times({50, 60, 130}, 100), (Times{60, 100}));
}

}  // namespace sluice::store
