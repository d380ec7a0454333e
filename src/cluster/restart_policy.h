#pragma once

#include <span>
#include <string>
#include <variant>

#include "cluster/moment.h"

namespace sluice::cluster {

struct RestartRules {
  Milliseconds first_pause = std::chrono::seconds(1);  ///< doubles with every failure
  Milliseconds longest_pause = std::chrono::minutes(1);
  unsigned failures_max = 3;  ///< so many within `failures_within` need a person; at least 1
  Milliseconds failures_within = std::chrono::minutes(5);
  /// A start that lasted so long counts as good: what failed before it is forgotten.
  Milliseconds lasted_well = std::chrono::minutes(5);
};

/// An instance ended that should run, or did not start.
struct InstanceFailure {
  Moment at;
  Milliseconds lasted{0};  ///< how long it had run; 0 if it never did
  std::string cause;       ///< "ended with signal 11"
};

/// Starts it again at `at`, which may have passed.
struct Restart {
  Moment at;
  std::string reason;  ///< "failure 2: ended with signal 11; starts again after 2 s"
};

/// It becomes FAILED, and stays so until a person starts it.
struct GiveUp {
  std::string reason;
};

using RestartDecision = std::variant<Restart, GiveUp>;

/// What to do about an instance that failed. `failures` are those since a person last started it, oldest first, at
/// least one; older ones than the window may be left out, then the pause is shorter. Reasons are at most about 500
/// bytes.
[[nodiscard]] RestartDecision decide_restart(std::span<const InstanceFailure> failures, const RestartRules& rules = {});

}  // namespace sluice::cluster
