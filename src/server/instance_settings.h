#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/cipher.h"
#include "manage/cluster_parameter.h"
#include "metadb/accounts.h"
#include "metadb/instances.h"
#include "metadb/tenants.h"
#include "supervise/instance_file.h"
#include "supervise/limit_groups.h"

namespace sluice::server {

/// What the configuration of an instance is made of.
struct InstanceSources {
  const metadb::Tenant& tenant;
  const metadb::Instance& instance;
  const manage::EffectiveValues& values;
  const std::vector<metadb::Account>& accounts;
  const std::vector<std::string>& trusted;
  std::string listen_address;
  const CipherKey& key;
};

/// Pure. The port is the instance's former one. The error is about the sealed password: a key file that is not the
/// cluster's.
[[nodiscard]] Result<supervise::InstanceSettings> instance_settings(const InstanceSources& sources);

/// Whom the instance follows: its tenant's primary, with the account and the epoch; nothing if it is that itself, if
/// there is none, or if that one has never run.
[[nodiscard]] std::optional<supervise::FollowedPrimary> followed_primary(const metadb::Instance& instance,
                                                                         const CipherKey& key);

/// What the instance may use.
[[nodiscard]] supervise::ResourceLimits instance_limits(const manage::EffectiveValues& values);

/// The accounts of an instance: those of the cluster, and the two its servers use.
[[nodiscard]] std::vector<supervise::InstanceAccount> instance_accounts(const std::vector<metadb::Account>& accounts,
                                                                        const CipherKey& key);

}  // namespace sluice::server
