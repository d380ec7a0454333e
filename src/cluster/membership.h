#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cluster/server.h"

namespace sluice::cluster {

/// When a server counts as gone. Every server beats once a `beat`. beat < suspect_after and 2 * suspect_after < lease,
/// so that who was cut off for less than suspect_after never finds a living server's lease over for that reason alone.
struct MembershipRules {
  Milliseconds beat = std::chrono::seconds(1);
  Milliseconds suspect_after = std::chrono::seconds(3);
  Milliseconds lease = std::chrono::seconds(10);
};

/// What the MetaDB tells of a server at one moment.
struct Sighting {
  std::string id;
  ServerState state = ServerState::offline;   ///< as stored
  bool pause_wanted = false;                  ///< a person's mark, which outlives the server's absence
  Milliseconds state_age{0};                  ///< since that state was stored, by the MetaDB's clock
  std::optional<Milliseconds> heartbeat_age;  ///< by the MetaDB's clock; none: it never beat
};

/// What a server is by the age of its heartbeat: SUSPECT from suspect_after, OFFLINE from the lease's end, else ONLINE,
/// or PAUSED if that is wanted. OFFLINE only follows on SUSPECT for suspect_after: when the MetaDB's clock jumps, every
/// heartbeat looks old until its server has sent the next. A heartbeat from the future counts as missing.
[[nodiscard]] ServerState judged_state(const Sighting& sighting, const MembershipRules& rules);

/// How long a server has been in contact with the MetaDB without a break, by its own steady clock. Begins empty.
struct Contact {
  using Time = std::chrono::steady_clock::time_point;
  std::optional<Time> since;
  std::optional<Time> last;
};

/// The contact after the MetaDB answered at `now`. A pause of suspect_after or more was a break: it begins anew.
[[nodiscard]] Contact contact_after(const Contact& contact, Contact::Time now, const MembershipRules& rules);

/// A state to be stored with a conditional update from `before`; whoever wins it acts.
struct Judgement {
  std::string id;
  ServerState before = ServerState::offline;
  ServerState after = ServerState::offline;
  std::string reason;  ///< "no heartbeat for 12.3 s, its lease is 10 s"
};

struct Judgements {
  std::vector<Judgement> changes;
  std::string withheld;  ///< why nobody is judged at present; empty if they are
};

/// What the server `self` makes of what it sees. It judges nobody while the MetaDB does not answer it, and until it has
/// been in contact for a whole lease again: others were cut off together with it, and need that time to beat. Nor does
/// it while its own heartbeat looks old to the MetaDB, whose clock jumped then. It never judges itself.
[[nodiscard]] Judgements judge_servers(std::span<const Sighting> seen, std::string_view self, const Contact& contact,
                                       Contact::Time now, const MembershipRules& rules = {});

}  // namespace sluice::cluster
