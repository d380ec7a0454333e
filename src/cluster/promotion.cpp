#include "cluster/promotion.h"

#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace sluice::cluster {

namespace {

constexpr std::size_t excuses_max = 8;

[[nodiscard]] std::string_view state_text(InstanceState state) {
  switch (state) {
    case InstanceState::starting:
      return "is starting";
    case InstanceState::running:
      return "runs";
    case InstanceState::failed:
      return "has failed";
    case InstanceState::stopped:
      return "is stopped";
  }
  return "is in no known state";
}

[[nodiscard]] std::string place_text(const LogPlace& place) {
  return fmt::format("mysql-bin.{:06}:{}", place.file, place.offset);
}

/// Whether `left` is the better primary. The log of the newest epoch is the tenant's, however far one goes that was
/// copied from a primary since replaced: where the source's member changed between the two, their bytes may differ.
[[nodiscard]] bool better(const ReplicaStatus& left, const ReplicaStatus& right) {
  if (left.epoch != right.epoch) return left.epoch > right.epoch;
  if (left.disk_trouble.has_value() != right.disk_trouble.has_value()) return !left.disk_trouble;
  if (left.end != right.end) return left.end > right.end;
  if (left.first_file != right.first_file) return left.first_file < right.first_file;
  return left.instance < right.instance;
}

[[nodiscard]] std::string why_chosen(const ReplicaStatus& chosen, std::size_t fit) {
  if (fit == 1) return fmt::format("{} is the only living replica, at {}", chosen.instance, place_text(chosen.end));
  return fmt::format("{} is the most advanced of {} living replicas, at {}", chosen.instance, fit,
                     place_text(chosen.end));
}

}  // namespace

bool silent_for(const ReplicaStatus& replica, Milliseconds time) {
  if (!replica.heartbeat_age) return true;
  return *replica.heartbeat_age >= time || *replica.heartbeat_age <= -time;
}

std::string silence_text(const ReplicaStatus& replica) {
  if (!replica.heartbeat_age) return "its server has sent no heartbeat";
  const double age = std::chrono::duration<double>(*replica.heartbeat_age).count();
  if (age < 0) return fmt::format("its server's heartbeat is of a time {:.1f} s ahead", -age);
  return fmt::format("its server has been silent for {:.1f} s", age);
}

std::optional<std::string> why_not_primary(const ReplicaStatus& replica, const FailoverRules& rules) {
  if (replica.answers == false) return "does not answer";
  if (replica.state != InstanceState::running) return std::string(state_text(replica.state));
  if (replica.answers != true) {
    if (silent_for(replica, rules.silent_after)) return silence_text(replica);
    if (replica.unanswered >= rules.frozen_after) return "does not answer its own server";
  }
  if (replica.diverged) return "its log differs from the primary's";
  if (replica.end.file == 0) return "has no log yet";
  return std::nullopt;
}

Result<Promotion> choose_primary(std::span<const ReplicaStatus> replicas, std::string_view not_among,
                                 const FailoverRules& rules) {
  const ReplicaStatus* chosen = nullptr;
  std::size_t fit = 0;
  std::vector<std::string> excuses;
  for (const ReplicaStatus& replica : replicas) {
    if (replica.instance == not_among) continue;
    if (const auto why = why_not_primary(replica, rules)) {
      if (excuses.size() < excuses_max) excuses.push_back(fmt::format("{}: {}", replica.instance, *why));
      continue;
    }
    ++fit;
    if (!chosen || better(replica, *chosen)) chosen = &replica;
  }
  if (chosen) return Promotion{chosen->instance, why_chosen(*chosen, fit)};
  if (excuses.empty()) return fail(ErrorKind::not_found, "the tenant has no other replica");
  return fail(ErrorKind::not_found, fmt::format("no replica can be primary: {}", fmt::join(excuses, ", ")));
}

}  // namespace sluice::cluster
