#include "dump/rate_window.h"

#include <gtest/gtest.h>

namespace sluice::dump {
namespace {

using std::chrono::milliseconds;

RateWindow::Time at(int after) {
  return RateWindow::Time(std::chrono::seconds(1000)) + milliseconds(after);
}

TEST(RateWindow, IsTheMeanOfTheLastWholeSeconds) {
  RateWindow window;
  window.add(at(100), 10, 1000);
  window.add(at(900), 10, 1000);
  EXPECT_EQ(window.rates(at(950)).events, 0U);  // this second is not over
  EXPECT_EQ(window.rates(at(1000)).events, 4U);
  EXPECT_EQ(window.rates(at(5900)).bytes, 400U);
  EXPECT_EQ(window.rates(at(6000)).events, 0U);
}

TEST(RateWindow, ForgetsWhatIsOld) {
  RateWindow window;
  window.add(at(0), 50, 50);
  window.add(at(8000), 5, 5);  // the same slot
  EXPECT_EQ(window.rates(at(9000)).events, 1U);
  EXPECT_EQ(window.rates(at(60000)).events, 0U);
}

}  // namespace
}  // namespace sluice::dump
