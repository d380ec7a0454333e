#include "server/file_records.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "base/log.h"
#include "boundary/file_boundary.h"
#include "metadb/log_files.h"
#include "metadb/tenants.h"

namespace sluice::server {
namespace {

/// Of one look; the others follow with the next.
constexpr std::uint64_t files_at_once = 100;

}  // namespace

std::uint64_t file_number(const std::string& name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string::npos ? 0 : std::strtoull(name.c_str() + dot + 1, nullptr, 10);
}

void FileRecords::look(metadb::MetaDb& database, const std::vector<InstanceKeeper::Running>& running,
                       const std::vector<metadb::InstanceReport>& reports) {
  std::map<std::string, Recorded> kept;
  for (const InstanceKeeper::Running& one : running) {
    if (!one.primary) continue;
    Recorded& recorded = kept[one.name] = recorded_[one.name];
    const auto report = std::ranges::find(reports, one.name, &metadb::InstanceReport::name);
    if (report == reports.end()) continue;
    const std::uint64_t first = file_number(report->first_file);
    const std::uint64_t last = file_number(report->last_file);
    if (last == 0 || (first == recorded.first && last == recorded.last)) continue;
    if (auto done = record(database, one, first, last, recorded); !done) {
      log::warning("instance {}: its log files could not be recorded in the MetaDB: {}", one.name,
                   done.error().message);
    }
  }
  recorded_ = std::move(kept);
}

Result<void> FileRecords::record(metadb::MetaDb& database, const InstanceKeeper::Running& instance, std::uint64_t first,
                                 std::uint64_t last, Recorded& recorded) {
  const auto tenant = metadb::read_tenant(database, instance.tenant);
  if (!tenant) return std::unexpected(tenant.error());
  const std::uint64_t begin = std::max(recorded.last + 1, first);
  const std::uint64_t end = std::min(last, begin + files_at_once - 1);
  for (std::uint64_t number = begin; number <= end; ++number) {
    const auto text = boundary::describe_boundary(instance.directory / "data" / "binlog", number);
    if (!text) return std::unexpected(text.error());
    const auto state = boundary::parse_boundary(*text, instance.name);
    if (!state) return std::unexpected(state.error());
    metadb::LogFile file;
    file.previous_gtids = state->executed.text();
    file.number = static_cast<std::int64_t>(number);
    file.source_place = *text;
    file.instance = instance.name;
    file.epoch = tenant->epoch;
    if (auto done = metadb::record_log_file(database, instance.tenant, file); !done) return done;
    recorded.last = number;
  }
  if (first != recorded.first) {
    const auto forgotten = metadb::forget_log_files(database, instance.tenant, static_cast<std::int64_t>(first));
    if (!forgotten) return std::unexpected(forgotten.error());
    recorded.first = first;
  }
  return {};
}

}  // namespace sluice::server
