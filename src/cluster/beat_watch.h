#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "cluster/failover_rules.h"
#include "cluster/membership.h"

namespace sluice::cluster {

/// What a server that decides has itself seen of the others' beats. Time is that of its own steady clock: whatever the
/// MetaDB's clock does, nobody is silent for longer than who decides has watched. While it was not in contact with the
/// MetaDB it saw nothing, so then it begins anew with all of them. A value; not for several threads at once.
class BeatWatch {
 public:
  using Time = Contact::Time;

  explicit BeatWatch(const FailoverRules& rules = {}) : rules_(rules) {}

  /// A server's row.
  struct Beat {
    std::string_view id;
    Moment heartbeat;     ///< when it last beat, by the MetaDB's clock: of two rows only compared
    Milliseconds age{0};  ///< by the MetaDB's clock; believed where it agrees with what was seen
  };
  /// The MetaDB's answer to a question that was sent at `asked`: all servers that have ever beaten.
  void see(std::span<const Beat> beats, Time asked);

  /// How long nothing had come from the server when the MetaDB was last asked; none: it is not listed.
  [[nodiscard]] std::optional<Milliseconds> silence(std::string_view id) const;

  /// Refused, with the reason, while who decides has not been in contact long enough, or not just now. To be asked
  /// again right before a decision is stored: the process may have been stopped in between.
  [[nodiscard]] Result<void> may_judge(Time now) const;

 private:
  struct Seen {
    Moment heartbeat;
    Time not_before;  ///< the last time it was not there yet
    Time since;       ///< the first time it was
    Milliseconds silence{0};
  };
  [[nodiscard]] Seen seen_after(const Seen* before, const Beat& beat, Time asked, bool broken) const;
  void look_away(Milliseconds time);

  FailoverRules rules_;
  Contact contact_;
  std::map<std::string, Seen, std::less<>> seen_;
};

}  // namespace sluice::cluster
