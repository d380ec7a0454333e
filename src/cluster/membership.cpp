#include "cluster/membership.h"

#include <algorithm>

#include <fmt/format.h>

namespace sluice::cluster {

namespace {

[[nodiscard]] double seconds_of(std::chrono::steady_clock::duration time) {
  return std::chrono::duration<double>(time).count();
}

[[nodiscard]] std::string why_withheld(std::span<const Sighting> seen, std::string_view self, const Contact& contact,
                                       Contact::Time now, const MembershipRules& rules) {
  if (!contact.since || !contact.last) return "the MetaDB has not answered yet";
  if (now - *contact.last >= rules.suspect_after) {
    return fmt::format("the MetaDB has not answered for {:.1f} s", seconds_of(now - *contact.last));
  }
  if (now - *contact.since < rules.lease) {
    return fmt::format("in contact with the MetaDB for {:.1f} s, less than a lease of {} s",
                       seconds_of(now - *contact.since), seconds_of(rules.lease));
  }
  const auto own = std::ranges::find(seen, self, &Sighting::id);
  if (own == seen.end()) return "the MetaDB does not list this server";
  if (!own->heartbeat_age || *own->heartbeat_age >= rules.suspect_after) {
    return "the MetaDB holds this server's own heartbeat for old: its clock jumped, or beats do not get through";
  }
  return {};
}

[[nodiscard]] std::string reason_of(const Sighting& sighting, ServerState after, const MembershipRules& rules) {
  if (!sighting.heartbeat_age) return "it never sent a heartbeat";
  const double age = seconds_of(*sighting.heartbeat_age);
  if (age < 0 && after != ServerState::online && after != ServerState::paused) {
    return fmt::format("its heartbeat is of a time {:.1f} s ahead: the MetaDB's clock was set back", -age);
  }
  switch (after) {
    case ServerState::offline:
      return fmt::format("no heartbeat for {:.1f} s, its lease is {} s", age, seconds_of(rules.lease));
    case ServerState::suspect:
      return fmt::format("no heartbeat for {:.1f} s, one is due every {} s", age, seconds_of(rules.beat));
    case ServerState::paused:
      return fmt::format("heartbeat {:.1f} s ago, paused by an administrator", age);
    case ServerState::online:
      return fmt::format("heartbeat {:.1f} s ago", age);
  }
  return {};
}

}  // namespace

ServerState judged_state(const Sighting& sighting, const MembershipRules& rules) {
  if (!sighting.heartbeat_age) return ServerState::offline;
  const Milliseconds age = *sighting.heartbeat_age;
  const bool of_the_future = age <= -rules.suspect_after;
  if (!of_the_future && age < rules.suspect_after) {
    return sighting.pause_wanted ? ServerState::paused : ServerState::online;
  }
  if (!of_the_future && age < rules.lease) return ServerState::suspect;
  if (sighting.state == ServerState::offline) return ServerState::offline;
  const bool suspected = sighting.state == ServerState::suspect && sighting.state_age >= rules.suspect_after;
  return suspected ? ServerState::offline : ServerState::suspect;
}

Contact contact_after(const Contact& contact, Contact::Time now, const MembershipRules& rules) {
  if (!contact.since || !contact.last || now - *contact.last >= rules.suspect_after) return {now, now};
  return {contact.since, now};
}

Judgements judge_servers(std::span<const Sighting> seen, std::string_view self, const Contact& contact,
                         Contact::Time now, const MembershipRules& rules) {
  Judgements judgements;
  judgements.withheld = why_withheld(seen, self, contact, now, rules);
  if (!judgements.withheld.empty()) return judgements;
  for (const Sighting& sighting : seen) {
    if (sighting.id == self) continue;
    const ServerState after = judged_state(sighting, rules);
    if (after == sighting.state) continue;
    judgements.changes.push_back({sighting.id, sighting.state, after, reason_of(sighting, after, rules)});
  }
  return judgements;
}

}  // namespace sluice::cluster
