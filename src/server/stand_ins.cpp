#include "server/stand_ins.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/log.h"
#include "cluster/surplus.h"
#include "manage/stored_options.h"
#include "metadb/instances.h"
#include "server/replicas.h"
#include "server/reporter.h"

namespace sluice::server {
namespace {

constexpr std::chrono::seconds interval{5};

Result<void> carry_out(metadb::MetaDb& database, const metadb::TenantName& tenant, const cluster::Surplus& surplus,
                       const metadb::Decision& decision) {
  if (!surplus.heir.empty()) {
    const auto switched = make_primary(database, tenant, surplus.heir, decision);
    return switched ? Result<void>() : std::unexpected(switched.error());  // the next look goes on
  }
  const auto dropped = drop_later(database, surplus.instance, decision);
  if (!dropped) return std::unexpected(dropped.error());
  if (*dropped) {
    log::info("instance {} of {} is dropped: {}", surplus.instance, metadb::to_text(tenant), decision.reason);
  }
  return {};
}

/// The lost one goes itself: what it stood in for is this one's matter now.
Result<void> inherit(metadb::MetaDb& database, const std::string& own, const metadb::Instance& lost) {
  const auto options = manage::parse_options(lost.options);
  if (!options) return std::unexpected(options.error());
  return stand_in_for(database, own, options->stands_in_for);
}

Result<void> end(metadb::MetaDb& database, const InstanceKeeper::Running& own, const metadb::InstanceReport& report,
                 const Silences& silences, const std::string& who) {
  const auto lost = metadb::read_instance(database, own.options.stands_in_for);
  if (!lost && lost.error().kind != ErrorKind::not_found) return std::unexpected(lost.error());
  if (!lost) return stand_in_for(database, own.name, "");
  if (lost->wanted == metadb::Wanted::dropped) return inherit(database, own.name, *lost);
  const auto silence = silences.find(lost->server);
  if (silence == silences.end() || is_silent(silences, lost->server, cluster::FailoverRules{}.silent_after)) return {};
  const auto self = metadb::read_instance(database, own.name);
  if (!self) return std::unexpected(self.error());
  const auto theirs = report_of(database, *lost);
  if (!theirs) return std::unexpected(theirs.error());
  if (theirs->capture == misses_primary_state) return {};
  const std::array pair = {status_of(*self, &report, cluster::Milliseconds(0)),
                           status_of(*lost, &*theirs, silence->second)};
  const cluster::PrimaryRecord record{.instance = self->leader.name,
                                      .epoch = static_cast<cluster::Epoch>(self->leader.epoch)};
  const auto surplus = cluster::find_surplus(record, pair, 1);
  if (!surplus) return {};
  const metadb::Decision decision{
      .what = "end takeover",
      .who = who,
      .reason = fmt::format("{}, for which {} stood in, is back; {}", lost->name, own.name, surplus->reason)};
  return carry_out(database, own.tenant, *surplus, decision);
}

}  // namespace

void StandIns::look(metadb::MetaDb& database, const std::vector<InstanceKeeper::Running>& running,
                    const std::vector<metadb::InstanceReport>& own_reports, const Silences& silences,
                    const std::string& server_id) {
  const auto now = std::chrono::steady_clock::now();
  if (now - looked_ < interval) return;
  looked_ = now;
  for (const InstanceKeeper::Running& own : running) {
    if (own.options.stands_in_for.empty() || own.state != metadb::InstanceState::running) continue;
    const auto report = std::ranges::find(own_reports, own.name, &metadb::InstanceReport::name);
    if (report == own_reports.end() || report->last_file.empty()) continue;
    if (auto done = end(database, own, *report, silences, "server " + server_id); !done) {
      log::warning("instance {} stands in for {} still: {}", own.name, own.options.stands_in_for, done.error().message);
    }
  }
}

}  // namespace sluice::server
