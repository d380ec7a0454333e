#include "cluster/restart_policy.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/assert.h"

namespace sluice::cluster {

namespace {

constexpr std::size_t cause_shown_max = 300;

[[nodiscard]] std::string seconds_text(Milliseconds time) {
  return fmt::format("{} s", static_cast<double>(time.count()) / 1000);
}

/// Those since the last start that went well. The failure that ended a good run counts.
[[nodiscard]] std::span<const InstanceFailure> since_good_start(std::span<const InstanceFailure> failures,
                                                                const RestartRules& rules) {
  for (std::size_t i = failures.size(); i-- > 0;) {
    if (failures[i].lasted >= rules.lasted_well) return failures.subspan(i);
  }
  return failures;
}

[[nodiscard]] Milliseconds pause_after(std::size_t failures, const RestartRules& rules) {
  Milliseconds pause = rules.first_pause;
  for (std::size_t i = 1; i < failures && pause < rules.longest_pause; ++i)
    pause *= 2;
  return std::min(pause, rules.longest_pause);
}

}  // namespace

RestartDecision decide_restart(std::span<const InstanceFailure> failures, const RestartRules& rules) {
  SLUICE_ASSERT(!failures.empty());
  const auto counted = since_good_start(failures, rules);
  const InstanceFailure& last = counted.back();
  const std::string cause = last.cause.substr(0, cause_shown_max);
  const auto recent = std::ranges::count_if(
      counted, [&](const InstanceFailure& failure) { return last.at - failure.at < rules.failures_within; });
  if (static_cast<std::size_t>(recent) >= rules.failures_max) {
    return GiveUp{fmt::format("failed {} times within {}, last: {}; remove the cause, then START BINLOG INSTANCE",
                              recent, seconds_text(rules.failures_within), cause)};
  }
  const Milliseconds pause = pause_after(counted.size(), rules);
  return Restart{last.at + pause,
                 fmt::format("failure {}: {}; starts again after {}", counted.size(), cause, seconds_text(pause))};
}

}  // namespace sluice::cluster
