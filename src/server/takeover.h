#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cluster/inventory.h"
#include "cluster/takeover.h"
#include "manage/cluster_view.h"
#include "metadb/instances.h"
#include "metadb/log_files.h"
#include "metadb/meta_db.h"
#include "metadb/tenants.h"
#include "server/primary_watch.h"

namespace sluice::server {

/// The recorded file at which an instance begins its log that was made for a lost one.
struct Beginning {
  metadb::LogFile file;
  std::string reason;
};
/// not_found if none is recorded. `file_size` is the tenant's max_binlog_size.
[[nodiscard]] Result<Beginning> find_beginning(metadb::MetaDb& database, const metadb::TenantName& tenant,
                                               std::uint64_t file_size);

/// Places for the instances that are made within one look at the cluster, which is read when the first is asked for. A
/// server that is silent gets none, though nobody may have judged it yet.
class TakeoverPlaces {
 public:
  explicit TakeoverPlaces(Silences silences) : silences_(std::move(silences)) {}

  /// Where an instance of the tenant goes that stands in for `lost`, and why there.
  struct Place {
    metadb::NewInstance instance;
    std::string reason;
  };
  [[nodiscard]] Result<Place> choose(metadb::MetaDb& database, const metadb::Tenant& tenant,
                                     const metadb::Instance& lost);

 private:
  [[nodiscard]] Result<void> read(metadb::MetaDb& database);

  Silences silences_;
  std::unique_ptr<manage::ClusterView> view_;
  std::unique_ptr<cluster::Inventory> inventory_;
};

}  // namespace sluice::server
