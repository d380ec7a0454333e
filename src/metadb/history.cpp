#include "metadb/history.h"

namespace sluice::metadb {

Result<void> append_history(MetaDb& database, const HistoryEntry& entry) {
  auto done = database.write(
      "INSERT INTO history (time, what, who, cluster, tenant, instance, server, reason) "
      "VALUES ({now}, :what, :who, :cluster, :tenant, :instance, :server, :reason)",
      bound_name(entry.tenant, {{"what", entry.decision.what},
                                {"who", entry.decision.who},
                                {"instance", entry.instance},
                                {"server", entry.server},
                                {"reason", entry.decision.reason}}));
  if (!done) return std::unexpected(std::move(done.error()));
  return {};
}

Result<std::vector<HistoryEntry>> list_history(MetaDb& database, const HistoryFilter& filter, Page page) {
  std::string rest = "FROM history WHERE 1 = 1";
  Parameters parameters = {{"limit", page.limit}, {"offset", page.offset}};
  if (filter.tenant != TenantName{}) {
    rest += std::string(" AND ") + is_tenant;
    parameters = bound_name(filter.tenant, std::move(parameters));
  }
  if (!filter.instance.empty()) {
    rest += " AND instance = :instance";
    parameters.push_back({"instance", filter.instance});
  }
  rest += " ORDER BY time DESC, id DESC LIMIT :limit OFFSET :offset";
  auto rows =
      database.select({"time", "what", "who", "cluster", "tenant", "instance", "server", "reason"}, rest, parameters);
  if (!rows) return std::unexpected(std::move(rows.error()));
  std::vector<HistoryEntry> entries;
  for (const Row& row : *rows) {
    entries.push_back({.decision = {.what = row.text(1), .who = row.text(2), .reason = row.text(7)},
                       .tenant = {.cluster = row.text(3), .tenant = row.text(4)},
                       .instance = row.text(5),
                       .server = row.text(6),
                       .time = std::chrono::microseconds(row.number(0))});
  }
  return entries;
}

Result<std::uint64_t> trim_history(MetaDb& database, std::chrono::microseconds age) {
  return database.write("DELETE FROM history WHERE time < {now} - :age", {{"age", std::int64_t{age.count()}}});
}

}  // namespace sluice::metadb
