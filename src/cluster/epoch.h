#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.h"

namespace sluice::cluster {

/// Counts the primaries a tenant has had. The MetaDB holds it beside the primary's name; only a conditional update from
/// one epoch to the next changes either. 0: there was none yet.
using Epoch = std::uint64_t;

/// Who is primary of a tenant, as the MetaDB has it.
struct PrimaryRecord {
  std::string instance;  ///< empty: nobody at present
  Epoch epoch = 0;
};

/// What an instance holds itself to be.
struct OwnRole {
  std::string instance;
  bool primary = false;
  Epoch epoch = 0;  ///< the highest it knows of, kept with its log
};

enum class RoleChange : std::uint8_t {
  none,
  lead,      ///< is primary, at the record's epoch, from its own last whole transaction on
  follow,    ///< is a follower of the record's primary, at the record's epoch
  hold,      ///< appends nothing more and keeps serving: nobody is primary now
  distrust,  ///< the record is older than what the instance knows: goes on as it is and tells a person
};

struct RoleDecision {
  RoleChange change = RoleChange::none;
  std::string reason;  ///< empty where nothing changes
};

/// What an instance does when it reads the MetaDB's record. A record of an earlier epoch than its own comes of a MetaDB
/// that lost its newest writes: nothing is given up for it.
[[nodiscard]] RoleDecision decide_role(const OwnRole& own, const PrimaryRecord& record);

/// Whether a follower that knows of `own` may append what a primary at epoch `sent` gives it. One of an earlier epoch
/// was replaced and does not know it yet.
[[nodiscard]] Result<void> check_epoch(Epoch own, Epoch sent);

/// The record after `judged` when `instance` becomes primary. To be stored on condition that the MetaDB still has
/// `judged`; who fails lost to another and starts over with what is there now.
[[nodiscard]] PrimaryRecord promoted(const PrimaryRecord& judged, std::string instance);

}  // namespace sluice::cluster
