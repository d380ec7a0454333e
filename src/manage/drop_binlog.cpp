#include <fmt/format.h>

#include "manage/cluster_view.h"
#include "manage/drop_delay.h"
#include "manage/refusal.h"
#include "manage/rows.h"
#include "manage/statements.h"

namespace sluice::manage {

Result<std::chrono::seconds> drop_delay(const sql::DropDelay& delay, metadb::MetaDb& database) {
  if (delay.seconds) return std::chrono::seconds(*delay.seconds);
  auto values = read_cluster_parameters(database);
  if (!values) return std::unexpected(std::move(values.error()));
  return std::chrono::seconds(EffectiveValues(std::move(*values), {}, {}).number("default_defer_drop_sec"));
}

Done drop_binlog(const sql::DropBinlog& drop, const StatementContext& context) {
  const metadb::TenantName name = to_name(drop.tenant);
  const auto defer = drop_delay(drop.delay, context.metadb);
  if (!defer) return std::unexpected(defer.error());
  const metadb::Decision decision{
      .what = "drop tenant", .who = context.who, .reason = fmt::format("files are removed after {} s", defer->count())};
  auto dropped = metadb::drop_tenant(context.metadb, name, *defer, decision);
  if (!dropped && dropped.error().kind == ErrorKind::not_found) {
    std::string unknown = fmt::format("Tenant does not exist: {}", metadb::to_text(name));
    if (!drop.if_exists) return refuse(std::move(unknown));
    context.warn(std::move(unknown));
    return answers::SqlOk{.affected_rows = 0, .warnings = 1, .info = {}};
  }
  if (!dropped) return std::unexpected(std::move(dropped.error()));
  ++context.services.totals->tenants_released;
  context.services.changed();
  return answers::SqlOk{.affected_rows = 1, .warnings = 0, .info = {}};
}

}  // namespace sluice::manage
