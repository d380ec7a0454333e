#include "cluster/restart_policy.h"

#include <vector>

#include <gtest/gtest.h>

namespace sluice::cluster {
namespace {

using std::chrono::seconds;

constexpr Moment start{seconds(1'000'000)};

InstanceFailure failure(int second, seconds lasted = seconds(0)) {
  return {start + seconds(second), lasted, "ended with signal 11"};
}

/// Seconds from the last failure to the next start, or -1 for giving up.
long pause_after(const std::vector<InstanceFailure>& failures, const RestartRules& rules = {}) {
  const RestartDecision decision = decide_restart(failures, rules);
  const auto* restart = std::get_if<Restart>(&decision);
  return restart ? std::chrono::duration_cast<seconds>(restart->at - failures.back().at).count() : -1;
}

TEST(RestartPolicy, ThePauseDoublesAndHasALimit) {
  std::vector<InstanceFailure> failures;
  std::vector<long> pauses;
  for (int i = 0; i < 9; ++i) {
    failures.push_back(failure(i * 200));  // never three within five minutes
    pauses.push_back(pause_after(failures));
  }
  EXPECT_EQ(pauses, (std::vector<long>{1, 2, 4, 8, 16, 32, 60, 60, 60}));
}

TEST(RestartPolicy, ThreeWithinFiveMinutesNeedAPerson) {
  EXPECT_EQ(pause_after({failure(0), failure(1)}), 2);
  EXPECT_EQ(pause_after({failure(0), failure(1), failure(3)}), -1);
  EXPECT_EQ(pause_after({failure(0), failure(150), failure(299)}), -1);
  EXPECT_EQ(pause_after({failure(0), failure(150), failure(300)}), 4);
}

TEST(RestartPolicy, AStartThatLastedResetsThePause) {
  EXPECT_EQ(pause_after({failure(0), failure(200), failure(520, seconds(300))}), 1);
  EXPECT_EQ(pause_after({failure(0), failure(200), failure(519, seconds(299))}), 4);
}

TEST(RestartPolicy, AStartThatLastedResetsTheCount) {
  const RestartRules rules{.failures_within = seconds(3600)};
  EXPECT_EQ(pause_after({failure(0), failure(10), failure(320, seconds(300)), failure(322)}, rules), 2);
  EXPECT_EQ(pause_after({failure(0), failure(10), failure(320, seconds(200))}, rules), -1);
}

TEST(RestartPolicy, GivingUpTellsHowOftenWhyAndWhatToDo) {
  const auto decision = decide_restart(std::vector{failure(0), failure(1), failure(3)});
  EXPECT_EQ(std::get<GiveUp>(decision).reason,
            "failed 3 times within 300 s, last: ended with signal 11; remove the cause, then START BINLOG INSTANCE");
}

TEST(RestartPolicy, RestartTellsWhy) {
  const auto decision = decide_restart(std::vector{failure(0)}, {.first_pause = Milliseconds(500)});
  EXPECT_EQ(std::get<Restart>(decision).reason, "failure 1: ended with signal 11; starts again after 0.5 s");
}

TEST(RestartPolicy, ALongCauseIsCut) {
  InstanceFailure wordy = failure(0);
  wordy.cause.assign(1'000'000, 'x');
  EXPECT_LT(std::get<Restart>(decide_restart(std::vector{wordy})).reason.size(), 500U);
}

TEST(RestartPolicy, OneFailureCanBeEnough) {
  EXPECT_EQ(pause_after({failure(0)}, {.failures_max = 1}), -1);
}

}  // namespace
}  // namespace sluice::cluster
