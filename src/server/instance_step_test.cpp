#include "server/instance_step.h"

#include <gtest/gtest.h>

namespace sluice::server {
namespace {

using metadb::InstanceState;
using metadb::Wanted;

TEST(NextStep, StartsWhatIsPlaced) {
  EXPECT_EQ(next_step({}), InstanceStep::start);
  EXPECT_EQ(next_step({.start_due = false}), InstanceStep::none);
}

TEST(NextStep, AFailedOneWaitsForAPerson) {
  EXPECT_EQ(next_step({.state = InstanceState::failed}), InstanceStep::none);
}

TEST(NextStep, RunningIsNotedOnceItReceivesClients) {
  EXPECT_EQ(next_step({.state = InstanceState::starting, .runs = true}), InstanceStep::none);
  EXPECT_EQ(next_step({.state = InstanceState::starting, .runs = true, .ready = true}), InstanceStep::note_running);
  EXPECT_EQ(next_step({.state = InstanceState::running, .runs = true, .ready = true}), InstanceStep::none);
}

TEST(NextStep, AnOfflineOneThatLivesIsRunningAgain) {
  EXPECT_EQ(next_step({.state = InstanceState::offline, .runs = true, .ready = true}), InstanceStep::note_running);
}

TEST(NextStep, StopsThenNotes) {
  EXPECT_EQ(next_step({.wanted = Wanted::stopped, .runs = true}), InstanceStep::stop);
  EXPECT_EQ(next_step({.wanted = Wanted::stopped}), InstanceStep::note_stopped);
  EXPECT_EQ(next_step({.wanted = Wanted::stopped, .state = InstanceState::stopped}), InstanceStep::none);
}

TEST(NextStep, DropsFilesOnlyWhenTheTimeHasCome) {
  const InstanceState state = InstanceState::logical_drop;
  EXPECT_EQ(next_step({.wanted = Wanted::dropped, .state = state, .runs = true}), InstanceStep::stop);
  EXPECT_EQ(next_step({.wanted = Wanted::dropped, .state = state}), InstanceStep::none);
  EXPECT_EQ(next_step({.wanted = Wanted::dropped, .state = state, .drop_due = true}), InstanceStep::remove);
}

}  // namespace
}  // namespace sluice::server
