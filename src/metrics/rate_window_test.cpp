#include "metrics/rate_window.h"

#include <gtest/gtest.h>

namespace sluice::metrics {
namespace {

using namespace std::chrono_literals;

TEST(RateWindow, IsTheGrowthSinceTheQuestionBefore) {
  const RateWindow::Time start{};
  RateWindow window(start);
  EXPECT_EQ(window.rate(0, start), 0);
  EXPECT_EQ(window.rate(150, start + 15s), 10);
  EXPECT_EQ(window.rate(150 + 30, start + 30s), 2);
  EXPECT_EQ(window.rate(180, start + 45s), 0);
}

TEST(RateWindow, ManyQuestionsDoNotNarrowIt) {
  const RateWindow::Time start{};
  RateWindow window(start);
  for (int i = 1; i <= 600; ++i) {
    EXPECT_NEAR(window.rate(i * 10, start + i * 100ms), 100, 1e-6);
  }
  // A burst within the last instant is shared out over five seconds at least.
  EXPECT_LT(window.rate(6000 + 1000, start + 60001ms), 310);
}

}  // namespace
}  // namespace sluice::metrics
