#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "cluster/epoch.h"
#include "cluster/failover_rules.h"
#include "cluster/server.h"

namespace sluice::cluster {

/// A place in a tenant's log. All replicas have the same bytes, so the later place is the more advanced replica.
struct LogPlace {
  std::uint64_t file = 0;  ///< the number in mysql-bin.NNNNNN; 0: no log yet
  std::uint64_t offset = 0;

  auto operator<=>(const LogPlace&) const = default;
};

enum class InstanceState : std::uint8_t {
  starting,  ///< was started, or is about to be again
  running,
  failed,   ///< waits for a person
  stopped,  ///< by a person
};

/// What is known of a replica when its tenant's primary is judged.
struct ReplicaStatus {
  std::string instance;
  ServerState server = ServerState::offline;
  InstanceState state = InstanceState::running;
  std::optional<bool> answers;   ///< whether the instance, asked directly, answered; none: nobody asked
  bool diverged = false;         ///< its log differs from the primary's; it fetches it again
  Epoch epoch = 0;               ///< whose log it has
  LogPlace end;                  ///< behind its last whole transaction
  std::uint64_t first_file = 0;  ///< the oldest it still has
  /// How long nothing has come from its server, best as BeatWatch tells it; none: it never beat, or was removed.
  std::optional<Milliseconds> heartbeat_age;
  /// How long the instance has not answered its own server though its process lives; none: it answers, or nobody tells.
  std::optional<Milliseconds> unanswered;
  bool follows = false;          ///< copies what its primary has, at the moment
  bool capture_stopped = false;  ///< for a reason that a person has to remove: it gets nothing more
  std::string disk_state;  ///< "disk full" or "disk failed": for that it stores nothing at the moment; empty: it does
  /// As DiskWatch tells it of its log's disk; none: that takes what comes, or nobody tells.
  std::optional<Milliseconds> disk_trouble;
};

/// Whether nothing has come from the replica's server for `time`. A heartbeat of the future counts as missing: the
/// MetaDB's clock was set back.
[[nodiscard]] bool silent_for(const ReplicaStatus& replica, Milliseconds time);

/// "its server has been silent for 2.1 s"
[[nodiscard]] std::string silence_text(const ReplicaStatus& replica);

/// Who becomes primary, and why.
struct Promotion {
  std::string instance;
  std::string reason;
};

/// Why the replica cannot be primary ("has failed"); nothing if it can.
[[nodiscard]] std::optional<std::string> why_not_primary(const ReplicaStatus& replica, const FailoverRules& rules = {});

/// The most advanced (by epoch, then whether its disk takes anything, then by place) of the replicas that run, are on a
/// server that beats (or answered when they were asked), answer and have not diverged; of equals the one that holds
/// more of the past, then the first by name. Without one the error says of each why not. `not_among` (the present
/// primary) does not count; it may be empty. The caller does not pass replicas that a person excluded.
[[nodiscard]] Result<Promotion> choose_primary(std::span<const ReplicaStatus> replicas, std::string_view not_among = {},
                                               const FailoverRules& rules = {});

}  // namespace sluice::cluster
