#include "server/moves.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/log.h"
#include "metadb/instances.h"
#include "server/replicas.h"

namespace sluice::server {
namespace {

Result<void> finish(metadb::MetaDb& database, const InstanceKeeper::Running& own, const metadb::InstanceReport& report,
                    const std::string& server_id) {
  const auto former = metadb::read_instance(database, own.options.replaces);
  if (!former && former.error().kind != ErrorKind::not_found) return std::unexpected(former.error());
  if (!former || former->wanted == metadb::Wanted::dropped)
    return stand_in_for(database, own.name, own.options.stands_in_for);
  const auto theirs = report_of(database, *former);
  if (!theirs) return std::unexpected(theirs.error());
  // Without a place it has not been asked since it started, or does not answer; it may have anything.
  if (theirs->last_file.empty() || end_of(report) < end_of(*theirs)) return {};
  const metadb::Decision decision{.what = "rebalance",
                                  .who = "server " + server_id,
                                  .reason = fmt::format("{} has all of the log of {}", own.name, former->name)};
  if (former->is_primary) {
    const auto switched = make_primary(database, own.tenant, own.name, decision);
    if (!switched) return std::unexpected(switched.error());
    if (!*switched) return {};  // somebody else switched: the next look sees to it
  }
  const auto dropped = drop_later(database, former->name, decision);
  if (!dropped) return std::unexpected(dropped.error());
  if (!*dropped) return {};  // it is primary again: the next look sees to it
  log::info("instance {} of {} has taken the place of {}", own.name, metadb::to_text(own.tenant), former->name);
  return stand_in_for(database, own.name, own.options.stands_in_for);
}

}  // namespace

void finish_moves(metadb::MetaDb& database, const std::vector<InstanceKeeper::Running>& running,
                  const std::vector<metadb::InstanceReport>& own_reports, const std::string& server_id) {
  for (const InstanceKeeper::Running& own : running) {
    if (own.options.replaces.empty() || own.state != metadb::InstanceState::running) continue;
    const auto report = std::ranges::find(own_reports, own.name, &metadb::InstanceReport::name);
    if (report == own_reports.end() || report->last_file.empty()) continue;
    if (auto done = finish(database, own, *report, server_id); !done) {
      log::warning("instance {} does not take the place of {} yet: {}", own.name, own.options.replaces,
                   done.error().message);
    }
  }
}

}  // namespace sluice::server
