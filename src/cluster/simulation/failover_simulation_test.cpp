#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdlib>
#include <mutex>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "cluster/simulation/simulation.h"

/// Thousands of simulated clusters, each drawn by its seed. SLUICE_SIMULATION_SEEDS says how many;
/// SLUICE_SIMULATION_SEED=n replays one and tells its story.
namespace sluice::cluster::simulation {
namespace {

constexpr unsigned threads = 2;

std::optional<std::uint64_t> number_in(const char* variable) {
  const char* text = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): before any thread
  if (text == nullptr) return std::nullopt;
  std::uint64_t number = 0;
  std::from_chars(text, text + std::string_view(text).size(), number);
  return number;
}

std::uint64_t seeds() {
  return number_in("SLUICE_SIMULATION_SEEDS").value_or(SLUICE_SIMULATION_SEEDS_DEFAULT);
}

/// What many clusters came to.
struct Totals {
  std::uint64_t promotions = 0;
  std::uint64_t takeovers = 0;
  std::uint64_t tidyings = 0;
  Time longest_promotion{0};
  Time longest_takeover{0};
  std::optional<std::uint64_t> failed;  ///< a seed, the lowest
  std::string violation;

  void add(std::uint64_t seed, const Outcome& outcome) {
    promotions += outcome.promotions;
    takeovers += outcome.takeovers;
    tidyings += outcome.tidyings;
    longest_promotion = std::max(longest_promotion, outcome.longest_promotion);
    longest_takeover = std::max(longest_takeover, outcome.longest_takeover);
    if (outcome.violation.empty() || (failed && *failed < seed)) return;
    failed = seed;
    violation = outcome.violation;
  }
};

/// As `plan`, with the seeds from 0 on; ends early once one has failed.
Totals simulate_many(const Plan& plan, std::uint64_t count) {
  Totals totals;
  std::mutex mutex;
  std::atomic<std::uint64_t> next = 0;
  const auto work = [&] {
    for (std::uint64_t seed = next++; seed < count; seed = next++) {
      Plan own = plan;
      own.seed = seed;
      const Outcome outcome = simulate(own);
      const std::scoped_lock lock(mutex);
      totals.add(seed, outcome);
      if (totals.failed) next = count;
    }
  };
  std::vector<std::jthread> workers;
  for (unsigned i = 0; i < threads; ++i)
    workers.emplace_back(work);
  workers.clear();
  return totals;
}

std::string story(Plan plan, std::uint64_t seed) {
  plan.seed = seed;
  plan.tells_story = true;
  std::string text;
  for (const std::string& line : simulate(plan).story)
    text += line + "\n";
  return text;
}

void expect_no_violation(const Plan& plan, const Totals& totals) {
  EXPECT_FALSE(totals.failed) << "seed " << totals.failed.value_or(0) << ": " << totals.violation << "\n"
                              << story(plan, totals.failed.value_or(0));
}

TEST(FailoverSimulation, WhateverHappensToAClusterItStaysWhole) {
  if (const auto seed = number_in("SLUICE_SIMULATION_SEED")) {
    Plan plan{.seed = *seed};
    fmt::print("{}\n", story(plan, *seed));
    EXPECT_EQ(simulate(plan).violation, "");
    return;
  }
  const Totals totals = simulate_many({}, seeds());
  expect_no_violation({}, totals);
  fmt::print("{} clusters: {} promotions, {} takeovers, {} given back\n", seeds(), totals.promotions, totals.takeovers,
             totals.tidyings);
}

/// Faults of these kinds alone are no reason to move anything.
class NoReason : public testing::TestWithParam<std::vector<Fault>> {};

TEST_P(NoReason, NothingMoves) {
  const Plan plan{.faults = GetParam()};
  const Totals totals = simulate_many(plan, 1 + seeds() / 40);
  expect_no_violation(plan, totals);
  EXPECT_EQ(totals.promotions + totals.takeovers + totals.tidyings, 0U);
}

INSTANTIATE_TEST_SUITE_P(
    FailoverSimulation, NoReason,
    testing::Values(std::vector{Fault::metadb_away},
                    std::vector{Fault::metadb_away, Fault::metadb_clock_jumps, Fault::host_clock_jumps},
                    std::vector{Fault::sluiced_killed, Fault::sluiced_stopped}, std::vector{Fault::way_cut},
                    std::vector{Fault::hosts_cut, Fault::host_clock_jumps, Fault::metadb_clock_jumps},
                    std::vector{Fault::metadb_cut}, std::vector{Fault::source_away},
                    std::vector{Fault::sluiced_killed, Fault::metadb_away, Fault::metadb_cut,
                                Fault::metadb_clock_jumps}));

TEST(FailoverSimulation, ALostHostAloneIsReplacedSoon) {
  const Plan plan{.faults = {Fault::host_lost}, .faults_max = 1};
  const Totals totals = simulate_many(plan, 50 + seeds() / 20);
  expect_no_violation(plan, totals);
  EXPECT_GT(totals.promotions, 0U);
  EXPECT_GT(totals.takeovers, 0U);
  fmt::print("{} promotions within {} ms, {} takeovers within {} ms\n", totals.promotions,
             totals.longest_promotion.count(), totals.takeovers, totals.longest_takeover.count());
  EXPECT_LT(totals.longest_promotion, Time(4000));
  EXPECT_LT(totals.longest_takeover, Time(6000));
}

TEST(FailoverSimulation, FullDisksGiveWayOnceAndTakeOverNothing) {
  const Plan plan{.faults = {Fault::disk_full}};
  const Totals totals = simulate_many(plan, 50 + seeds() / 20);
  expect_no_violation(plan, totals);
  EXPECT_GT(totals.promotions, 0U);
  EXPECT_EQ(totals.takeovers + totals.tidyings, 0U);
}

/// That the simulation would find it.
class Mistaken : public testing::TestWithParam<Mistake> {};

TEST_P(Mistaken, IsFound) {
  Plan plan;
  plan.decisions.mistake = GetParam();
  if (seeds() < 1000) GTEST_SKIP() << "some are found in one of several hundred clusters only";
  const Totals totals = simulate_many(plan, 10'000);
  ASSERT_TRUE(totals.failed);
  fmt::print("seed {}: {}\n", *totals.failed, totals.violation);
}

INSTANTIATE_TEST_SUITE_P(FailoverSimulation, Mistaken,
                         testing::Values(Mistake::no_epoch_condition, Mistake::judges_without_contact,
                                         Mistake::asks_nobody, Mistake::any_heir, Mistake::begins_another_log,
                                         Mistake::no_takeover, Mistake::replaces_at_once, Mistake::believes_the_metadb,
                                         Mistake::keeps_full_disks, Mistake::any_room));

}  // namespace
}  // namespace sluice::cluster::simulation
