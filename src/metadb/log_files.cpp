#include "metadb/log_files.h"

#include <fmt/format.h>

#include "metadb/meta_db.h"

namespace sluice::metadb {
namespace {

Result<std::vector<LogFile>> select_files(MetaDb& database, const std::string& rest, const Parameters& parameters) {
  auto rows = database.select({"number", "previous_gtids", "source_place", "layout", "instance", "epoch", "opened"},
                              "FROM log_files WHERE " + rest, parameters);
  if (!rows) return std::unexpected(std::move(rows.error()));
  std::vector<LogFile> files;
  for (const Row& row : *rows) {
    files.push_back({.number = row.number(0),
                     .previous_gtids = row.text(1),
                     .source_place = row.text(2),
                     .layout = row.text(3),
                     .instance = row.text(4),
                     .epoch = row.number(5),
                     .opened = std::chrono::microseconds(row.number(6))});
  }
  return files;
}

Result<void> compare_with_recorded(MetaDb& database, const TenantName& tenant, const LogFile& file) {
  auto files = select_files(database, std::string(is_tenant) + " AND number = :number",
                            bound_name(tenant, {{"number", file.number}}));
  if (!files) return std::unexpected(std::move(files.error()));
  if (files->empty()) return {};  // forgotten meanwhile
  const LogFile& recorded = files->front();
  if (recorded.previous_gtids == file.previous_gtids && recorded.layout == file.layout) return {};
  return fail(
      ErrorKind::corrupt,
      fmt::format("tenant {}: log file {} of instance {} begins after other transactions, or has another layout, "
                  "than instance {} recorded: one of the two logs is wrong",
                  to_text(tenant), file.number, file.instance, recorded.instance));
}

}  // namespace

Result<void> record_log_file(MetaDb& database, const TenantName& tenant, const LogFile& file) {
  auto done = database.write(
      "INSERT INTO log_files (cluster, tenant, number, previous_gtids, source_place, layout, instance, epoch, opened) "
      "SELECT t.cluster, t.tenant, :number, :previous_gtids, :source_place, :layout, :instance, t.epoch, {now} "
      "FROM tenants t WHERE t.cluster = :cluster AND t.tenant = :tenant AND t.epoch = :epoch",
      bound_name(tenant, {{"number", file.number},
                          {"previous_gtids", file.previous_gtids},
                          {"source_place", file.source_place},
                          {"layout", file.layout},
                          {"instance", file.instance},
                          {"epoch", file.epoch}}));
  if (!done && is_duplicate(done.error())) return compare_with_recorded(database, tenant, file);
  if (!done) return std::unexpected(std::move(done.error()));
  if (*done == 1) return {};
  return fail(ErrorKind::refused, fmt::format("tenant {}: instance {} is not its primary any more (epoch {} is over)",
                                              to_text(tenant), file.instance, file.epoch));
}

Result<std::vector<LogFile>> list_log_files(MetaDb& database, const TenantName& tenant, Page page) {
  return select_files(database, std::string(is_tenant) + " ORDER BY number DESC LIMIT :limit OFFSET :offset",
                      bound_name(tenant, {{"limit", page.limit}, {"offset", page.offset}}));
}

Result<std::optional<LogFile>> first_log_file(MetaDb& database, const TenantName& tenant) {
  auto files = select_files(database, std::string(is_tenant) + " ORDER BY number LIMIT 1", bound_name(tenant));
  if (!files) return std::unexpected(std::move(files.error()));
  return files->empty() ? std::nullopt : std::optional(std::move(files->front()));
}

Result<std::uint64_t> forget_log_files(MetaDb& database, const TenantName& tenant, std::int64_t number) {
  return database.write(std::string("DELETE FROM log_files WHERE ") + is_tenant + " AND number < :number",
                        bound_name(tenant, {{"number", number}}));
}

}  // namespace sluice::metadb
