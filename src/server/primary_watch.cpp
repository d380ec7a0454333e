#include "server/primary_watch.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/crc32.h"
#include "server/reporter.h"

namespace sluice::server {
namespace {

constexpr std::chrono::seconds turn{10};
constexpr std::chrono::milliseconds pause_min{250};
constexpr std::chrono::milliseconds pause_max{60'000};
constexpr int pauses_of_age = 4;  ///< a doubt is looked at again after a fourth of its age

bool has_disk_trouble(const metadb::InstanceReport* report, const cluster::FailoverRules& rules) {
  return report != nullptr && waits_for_disk(report->capture) && report->disk_trouble_ms >= rules.disk_patience.count();
}

bool is_doubtful(const InstanceKeeper::Running& own, const metadb::InstanceReport* report, const Silences& silences,
                 const cluster::FailoverRules& rules) {
  if (own.primary) return has_disk_trouble(report, rules);
  const metadb::Leader& leader = own.leader;
  if (leader.name.empty() || leader.server.empty() || leader.wanted == metadb::Wanted::dropped) return true;
  if (leader.state == metadb::InstanceState::failed) return true;
  if (report != nullptr && report->capture == misses_primary_state) return true;
  if (report != nullptr && report->capture == waits_for_primary_state) return true;
  return is_silent(silences, leader.server, rules.silent_after);
}

}  // namespace

bool is_silent(const Silences& silences, const std::string& server, cluster::Milliseconds time) {
  const auto silence = silences.find(server);
  return silence == silences.end() || silence->second >= time;
}

std::vector<metadb::TenantName> doubtful_tenants(std::span<const InstanceKeeper::Running> own,
                                                 std::span<const metadb::InstanceReport> reports,
                                                 const Silences& silences, const cluster::FailoverRules& rules) {
  std::vector<metadb::TenantName> tenants;
  for (const InstanceKeeper::Running& one : own) {
    if (one.state != metadb::InstanceState::running) continue;
    const auto report = std::ranges::find(reports, one.name, &metadb::InstanceReport::name);
    if (is_doubtful(one, report == reports.end() ? nullptr : &*report, silences, rules)) tenants.push_back(one.tenant);
  }
  return tenants;
}

std::vector<std::string> lost_servers(const Silences& silences, const cluster::FailoverRules& rules) {
  std::vector<std::string> lost;
  for (const auto& [id, silence] : silences) {
    if (is_silent(silences, id, rules.takeover_after)) lost.push_back(id);
  }
  return lost;
}

bool is_turn_of(const std::string& self, const metadb::TenantName& tenant, const std::string& lost,
                const Silences& silences, const cluster::FailoverRules& rules) {
  std::vector<std::string> living;
  for (const auto& [id, silence] : silences) {
    if (!is_silent(silences, id, rules.silent_after)) living.push_back(id);
  }
  if (living.empty()) return false;
  const auto silence = silences.find(lost);
  const std::int64_t turns = silence == silences.end() ? 0 : silence->second / turn;
  const std::string name = metadb::to_text(tenant);
  return living[(crc32(0, as_bytes(name)) + static_cast<std::uint64_t>(turns)) % living.size()] == self;
}

bool DoubtPace::is_due(const Doubts& doubts, bool changed, Time now) {
  if (changed) next_ = std::min(next_, last_ + pause_min);
  const bool due = doubts != doubts_ || now >= next_;
  if (doubts != doubts_) since_ = now;
  doubts_ = doubts;
  if (!due || doubts.empty()) return false;
  last_ = now;
  next_ = now + std::clamp<Time::duration>((now - since_) / pauses_of_age, pause_min, pause_max);
  return true;
}

std::chrono::milliseconds DoubtPace::pause(Time now, std::chrono::milliseconds most) const {
  if (doubts_.empty()) return most;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(next_ - now);
  return std::clamp(left, std::min(pause_min / 2, most), most);
}

}  // namespace sluice::server
