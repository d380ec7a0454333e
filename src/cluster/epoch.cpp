#include "cluster/epoch.h"

#include <limits>

#include <fmt/format.h>

#include "base/assert.h"

namespace sluice::cluster {

RoleDecision decide_role(const OwnRole& own, const PrimaryRecord& record) {
  if (record.epoch < own.epoch) {
    return {RoleChange::distrust,
            fmt::format("the MetaDB tells epoch {}, instance {} knows of epoch {}: the MetaDB lost its newest writes; "
                        "see that it is complete, then SWITCH MASTER INSTANCE",
                        record.epoch, own.instance, own.epoch)};
  }
  if (record.instance == own.instance) {
    if (own.primary && record.epoch == own.epoch) return {};
    return {RoleChange::lead, fmt::format("primary at epoch {}", record.epoch)};
  }
  if (record.instance.empty()) {
    if (!own.primary) return {};
    return {RoleChange::hold, fmt::format("no longer primary: epoch {} has none yet", record.epoch)};
  }
  if (!own.primary && record.epoch == own.epoch) return {};
  return {RoleChange::follow, fmt::format("{} is primary at epoch {}", record.instance, record.epoch)};
}

Result<void> check_epoch(Epoch own, Epoch sent) {
  if (sent >= own) return {};
  return fail(ErrorKind::refused,
              fmt::format("what comes is of epoch {}, but epoch {} has begun: its sender is no longer "
                          "the tenant's primary; the MetaDB knows who is",
                          sent, own));
}

PrimaryRecord promoted(const PrimaryRecord& judged, std::string instance) {
  SLUICE_ASSERT(judged.epoch < std::numeric_limits<Epoch>::max());
  return {std::move(instance), judged.epoch + 1};
}

}  // namespace sluice::cluster
