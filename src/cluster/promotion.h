#pragma once

#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "cluster/epoch.h"
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
};

/// Who becomes primary, and why.
struct Promotion {
  std::string instance;
  std::string reason;
};

/// The most advanced (by epoch, then by place) of the replicas that run, answer (if asked) and have not diverged; of
/// equals the one that holds more of the past, then the first by name. Without one the error says of each why not.
/// `not_among` (the present primary) does not count; it may be empty. The caller does not pass replicas that a person
/// excluded.
[[nodiscard]] Result<Promotion> choose_primary(std::span<const ReplicaStatus> replicas,
                                               std::string_view not_among = {});

struct LeaveIt {
  std::string reason;
};
/// The primary has to be asked directly before it can be decided.
struct AskPrimary {};
/// Nobody can take over: the tenant waits for the primary, or for a new replica.
struct NobodyLeft {
  std::string reason;
};

using FailoverDecision = std::variant<LeaveIt, AskPrimary, Promotion, NobodyLeft>;

/// What to do about a tenant whose recorded primary is `record.instance`. A living instance keeps its tenant whatever
/// happened to the sluiced beside it; one that starts again on a living server is waited for; one that a person stopped
/// is left alone. A primary on a server that is OFFLINE and that does not answer, or that has FAILED, is replaced.
[[nodiscard]] FailoverDecision decide_failover(const PrimaryRecord& record, std::span<const ReplicaStatus> replicas);

}  // namespace sluice::cluster
