#pragma once

#include <functional>
#include <string>
#include <vector>

#include "answers/diagnostics.h"
#include "base/cipher.h"
#include "manage/instance_client.h"
#include "metadb/accounts.h"
#include "metadb/meta_db.h"
#include "metrics/server_totals.h"

namespace sluice::manage {

/// What management statements need of the server they are said to. Lives as long as the server.
struct ManagementServices {
  std::string server_id;  ///< ours
  CipherKey key{};        ///< of the MetaDB's secrets
  const InstanceClient* instances = nullptr;
  metrics::ServerTotals* totals = nullptr;
  /// The accounts are these now: log-ins at this server go by them when it returns.
  std::function<void(const std::vector<metadb::Account>&)> take_accounts = [](const auto&) {};
  /// Something was written that servers act upon: ours looks at once, the others with their next beat.
  std::function<void()> changed = [] {};
};

/// What one statement is carried out with. Refers to what lives as long as the statement.
struct StatementContext {
  metadb::MetaDb& metadb;
  const ManagementServices& services;
  std::string who;                    ///< the account, for the history
  answers::Diagnostics& diagnostics;  ///< warnings go there

  void warn(std::string message) const;
};

}  // namespace sluice::manage
