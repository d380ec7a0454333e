#include "cluster/beat_watch.h"

#include "cluster/failover.h"

namespace sluice::cluster {

void BeatWatch::see(std::span<const Beat> beats, Time asked) {
  const bool broken = !contact_.last || asked - *contact_.last >= rules_.silent_after;
  if (!broken) look_away(std::chrono::duration_cast<Milliseconds>(asked - *contact_.last) - rules_.looks_apart);
  std::map<std::string, Seen, std::less<>> seen;
  for (const Beat& beat : beats) {
    const auto before = seen_.find(beat.id);
    const Seen* known = before == seen_.end() ? nullptr : &before->second;
    seen.emplace(beat.id, seen_after(known, beat, asked, broken));
  }
  seen_ = std::move(seen);
  if (broken) contact_.since = asked;
  contact_.last = asked;
}

/// For so long nobody can be called silent.
void BeatWatch::look_away(Milliseconds time) {
  if (time <= Milliseconds(0)) return;
  for (auto& [id, one] : seen_) {
    one.not_before += time;
    one.since += time;
  }
}

/// The heartbeat came between `not_before` and `since`; where exactly is the only thing the MetaDB's clock is asked.
BeatWatch::Seen BeatWatch::seen_after(const Seen* before, const Beat& beat, Time asked, bool broken) const {
  if (broken || before == nullptr)
    return {.heartbeat = beat.heartbeat, .not_before = asked, .since = asked, .silence = {}};
  Seen seen = *before;
  if (seen.heartbeat != beat.heartbeat)
    seen = {.heartbeat = beat.heartbeat, .not_before = *contact_.last, .since = asked, .silence = {}};
  const auto least = std::chrono::duration_cast<Milliseconds>(asked - seen.since);
  const auto most = std::chrono::duration_cast<Milliseconds>(asked - seen.not_before);
  seen.silence = beat.age > least && beat.age <= most ? beat.age : least;
  return seen;
}

std::optional<Milliseconds> BeatWatch::silence(std::string_view id) const {
  const auto found = seen_.find(id);
  return found == seen_.end() ? std::nullopt : std::optional(found->second.silence);
}

Result<void> BeatWatch::may_judge(Time now) const {
  return cluster::may_judge(contact_, now, rules_);
}

}  // namespace sluice::cluster
