#pragma once

#include <string>
#include <vector>

#include "cluster/simulation/decisions.h"
#include "cluster/simulation/faults.h"

namespace sluice::cluster::simulation {

/// One simulated cluster: its size, its tenants, and which faults strike when are drawn by the seed.
struct Plan {
  std::uint64_t seed = 0;
  Decisions decisions{};
  std::vector<Fault> faults = all_faults();
  unsigned faults_max = 12;
  bool tells_story = false;
};

struct Outcome {
  std::string violation;  ///< empty: none
  unsigned promotions = 0;
  unsigned takeovers = 0;
  unsigned tidyings = 0;  ///< of primaries, after takeovers
  /// How long a tenant's primary had been dead or stopped, at most, when another was recorded.
  Time longest_promotion{0};
  Time longest_takeover{0};
  std::vector<std::string> story;
};

/// Three to six hosts with one to four tenants, for two to three minutes of their time (some for an hour): a quarter of
/// a minute at rest, a minute of faults, then time in which all has to become well again, and stay so.
[[nodiscard]] Outcome simulate(const Plan& plan);

}  // namespace sluice::cluster::simulation
