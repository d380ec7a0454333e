#include "server/primaries.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/log.h"
#include "manage/end_dumps.h"
#include "metadb/servers.h"
#include "server/replicas.h"

namespace sluice::server {
namespace {

constexpr std::int64_t instances_of_server_max = 10'000;
/// So long a tenant may be without a possible primary until that counts as a failure.
constexpr std::chrono::seconds heirless_after{5};

double seconds_of(std::chrono::steady_clock::duration time) {
  return std::chrono::duration<double>(time).count();
}

/// The first primary a tenant has needs no log, which begins when the tenant's database is reached.
cluster::FailoverDecision first_primary(const std::vector<metadb::Instance>& replicas) {
  const auto running = std::ranges::find_if(replicas, [](const metadb::Instance& one) {
    return one.wanted == metadb::Wanted::running && one.state == metadb::InstanceState::running;
  });
  if (running == replicas.end()) return cluster::NobodyLeft{"no instance runs yet"};
  return cluster::Promotion{.instance = running->name, .reason = "the tenant's first instance to run"};
}

}  // namespace

/// What the servers say, read once for all tenants.
struct Primaries::View {
  std::map<std::string, metadb::InstanceReport> reports;
  std::map<std::string, std::chrono::microseconds> heartbeats;
  const Silences& silences;

  [[nodiscard]] static Result<View> read(metadb::MetaDb& database, const Silences& silences) {
    View view{.reports = {}, .heartbeats = {}, .silences = silences};
    const auto reports = metadb::list_reports(database);
    if (!reports) return std::unexpected(reports.error());
    for (const metadb::ServerReports& server : *reports) {
      view.heartbeats[server.id] = server.heartbeat;
      for (const metadb::InstanceReport& report : server.instances)
        view.reports[report.name] = report;
    }
    return view;
  }

  [[nodiscard]] cluster::ReplicaStatus status(const metadb::Instance& instance) const {
    const auto report = reports.find(instance.name);
    const auto silence = silences.find(instance.server);
    return status_of(instance, report == reports.end() ? nullptr : &report->second,
                     silence == silences.end() ? std::nullopt : std::optional(silence->second));
  }

  /// If it is: what is decided of it holds only as long as it does not beat.
  [[nodiscard]] metadb::SilentServer silent_server(const std::string& server,
                                                   const cluster::FailoverRules& rules) const {
    const auto heartbeat = heartbeats.find(server);
    if (heartbeat == heartbeats.end() || !is_silent(silences, server, rules.silent_after)) return {};
    return {.id = server, .heartbeat = heartbeat->second};
  }
};

Result<std::vector<metadb::TenantName>> Primaries::tenants_of_lost(metadb::MetaDb& database, const Sight& sight) {
  std::vector<metadb::TenantName> tenants;
  for (const std::string& server : sight.doubts.lost) {
    const auto instances = metadb::list_instances(database, {.server = server}, {.limit = instances_of_server_max});
    if (!instances) return std::unexpected(instances.error());
    for (const metadb::Instance& one : *instances) {
      const bool serves = one.is_primary && one.wanted == metadb::Wanted::running;
      if (serves && is_turn_of(services_.server_id, one.tenant, server, sight.silences, services_.rules)) {
        tenants.push_back(one.tenant);
      }
    }
  }
  return tenants;
}

/// Nothing if the tenant is not there any more.
Result<std::optional<Primaries::Case>> Primaries::open_case(metadb::MetaDb& database, const metadb::TenantName& name,
                                                            const View& view) const {
  auto tenant = metadb::read_tenant(database, name);
  if (!tenant && tenant.error().kind == ErrorKind::not_found) return std::nullopt;
  if (!tenant) return std::unexpected(std::move(tenant.error()));
  auto replicas = metadb::list_instances(database, {.tenant = name});
  if (!replicas) return std::unexpected(std::move(replicas.error()));
  std::erase_if(*replicas, [](const metadb::Instance& one) { return one.wanted == metadb::Wanted::dropped; });
  Case one{
      .tenant = std::move(*tenant), .replicas = std::move(*replicas), .statuses = {}, .record = {}, .decision = {}};
  for (const metadb::Instance& replica : one.replicas)
    one.statuses.push_back(view.status(replica));
  one.record = {.instance = one.tenant.primary_instance, .epoch = static_cast<cluster::Epoch>(one.tenant.epoch)};
  const bool there =
      std::ranges::find(one.replicas, one.record.instance, &metadb::Instance::name) != one.replicas.end();
  if (!there) one.record.instance.clear();  // it was dropped
  const auto primary = std::ranges::find(one.replicas, one.record.instance, &metadb::Instance::name);
  if (primary != one.replicas.end()) one.silent = view.silent_server(primary->server, services_.rules);
  one.decision = one.tenant.epoch == 0 ? first_primary(one.replicas)
                                       : cluster::decide_failover(one.record, one.statuses, services_.rules);
  return one;
}

/// All at once, each once and briefly; then it is decided again.
void Primaries::ask_primaries(std::vector<Case>& cases) const {
  std::vector<Case*> in_question;
  std::vector<manage::InstanceClient::Question> questions;
  for (Case& one : cases) {
    if (!std::holds_alternative<cluster::AskPrimary>(one.decision)) continue;
    const auto primary = std::ranges::find(one.replicas, one.record.instance, &metadb::Instance::name);
    in_question.push_back(&one);
    questions.push_back({.address = {primary->ip, primary->port}, .statement = "SELECT 1"});
  }
  const auto answers = services_.instances->ask_all(questions, manage::InstanceClient::brief);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    Case& one = *in_question[i];
    if (!answers[i] && answers[i].error().kind == ErrorKind::limit) continue;  // it was not asked: the next look does
    const auto status = std::ranges::find(one.statuses, one.record.instance, &cluster::ReplicaStatus::instance);
    status->answers = answers[i] || answers[i].error().kind == ErrorKind::refused;  // a refusal is an answer
    const auto& address = questions[i].address;
    if (!*status->answers)
      one.asked = fmt::format("asked at {}:{}: {}", address.ip, address.port, answers[i].error().message);
    one.decision = cluster::decide_failover(one.record, one.statuses, services_.rules);
  }
}

Result<bool> Primaries::look(metadb::MetaDb& database, const Sight& sight) {
  auto tenants = tenants_of_lost(database, sight);
  if (!tenants) return std::unexpected(std::move(tenants.error()));
  for (const metadb::TenantName& name : sight.doubts.tenants) {
    if (std::ranges::find(*tenants, name) == tenants->end()) tenants->push_back(name);
  }
  if (tenants->empty()) return false;
  const auto view = View::read(database, sight.silences);
  if (!view) return std::unexpected(view.error());
  TakeoverPlaces places(sight.silences);
  bool any = false;
  // In pieces: what is decided is carried out while it is fresh.
  constexpr std::size_t at_once = manage::InstanceClient::brief.at_once;
  for (std::size_t begin = 0; begin < tenants->size(); begin += at_once) {
    const auto piece = std::span(*tenants).subspan(begin, std::min(at_once, tenants->size() - begin));
    const auto done = look_at(database, piece, *view, sight, places);
    if (!done) return std::unexpected(done.error());
    any = any || *done;
  }
  return any;
}

Result<bool> Primaries::look_at(metadb::MetaDb& database, std::span<const metadb::TenantName> tenants, const View& view,
                                const Sight& sight, TakeoverPlaces& places) {
  began_ = Clock::now();
  std::vector<Case> cases;
  for (const metadb::TenantName& name : tenants) {
    auto one = open_case(database, name, view);
    if (!one) return std::unexpected(std::move(one.error()));
    if (*one) cases.push_back(std::move(**one));
  }
  ask_primaries(cases);
  bool any = false;
  for (Case& one : cases) {
    // Asked right before it is stored: this process may have been stopped in between.
    const auto judges = sight.may_judge();
    if (!judges && one.tenant.epoch != 0) {
      log::debug("the primary of {} is not judged: {}", metadb::to_text(one.tenant.name), judges.error().message);
      continue;
    }
    const auto done = carry_out(database, one, places);
    if (!done) {
      log::warning("the primary of {} could not be looked after: {}", metadb::to_text(one.tenant.name),
                   done.error().message);
    }
    any = any || done.value_or(false);
  }
  return any;
}

Result<bool> Primaries::carry_out(metadb::MetaDb& database, Case& one, TakeoverPlaces& places) {
  if (const auto* promotion = std::get_if<cluster::Promotion>(&one.decision)) return promote(database, one, *promotion);
  if (const auto* takeover = std::get_if<cluster::Takeover>(&one.decision)) {
    return take_over(database, one, *takeover, places);
  }
  if (const auto* nobody = std::get_if<cluster::NobodyLeft>(&one.decision)) {
    if (one.tenant.epoch != 0) count_heirless(one, nobody->reason);
  } else {
    heirless_.erase(metadb::to_text(one.tenant.name));
  }
  return false;
}

Result<bool> Primaries::promote(metadb::MetaDb& database, const Case& one, const cluster::Promotion& promotion) {
  const metadb::Decision decision{
      .what = one.tenant.epoch == 0 ? "set primary" : "failover", .who = who(), .reason = story(one, promotion.reason)};
  const auto done =
      metadb::set_primary(database, one.tenant.name, one.tenant.epoch, promotion.instance, decision, one.silent);
  if (!done) return std::unexpected(done.error());
  if (!*done) return false;
  ++services_.totals->primaries_switched;
  heirless_.erase(metadb::to_text(one.tenant.name));
  log::info("{} is the primary of {} now: {}", promotion.instance, metadb::to_text(one.tenant.name), decision.reason);
  part_from(one);
  return true;
}

/// A former primary that lives, but whose disk takes nothing, would let its subscribers wait for as long as that lasts.
void Primaries::part_from(const Case& one) const {
  const auto status = std::ranges::find(one.statuses, one.record.instance, &cluster::ReplicaStatus::instance);
  if (status == one.statuses.end() || status->disk_state.empty()) return;
  const auto former = std::ranges::find(one.replicas, one.record.instance, &metadb::Instance::name);
  for (const std::string& trouble : manage::end_dumps(*former, *services_.instances))
    log::warning("{}", trouble);
}

Result<bool> Primaries::take_over(metadb::MetaDb& database, const Case& one, const cluster::Takeover& takeover,
                                  TakeoverPlaces& places) {
  const auto lost = std::ranges::find(one.replicas, one.record.instance, &metadb::Instance::name);
  const auto place = places.choose(database, one.tenant, *lost);
  if (!place) {
    count_heirless(one, fmt::format("{}; no new instance can be made: {}", takeover.reason, place.error().message));
    return false;
  }
  const std::string reason =
      fmt::format("{}; a new instance {} takes over: {}", takeover.reason, place->instance.name, place->reason);
  const metadb::Decision decision{.what = "take over", .who = who(), .reason = story(one, reason)};
  const auto done =
      metadb::create_primary(database, one.tenant.name, one.tenant.epoch, place->instance, decision, one.silent);
  if (!done) return std::unexpected(done.error());
  if (!*done) return false;
  ++services_.totals->primaries_switched;
  heirless_.erase(metadb::to_text(one.tenant.name));
  log::info("{} is to be the primary of {}: {}", place->instance.name, metadb::to_text(one.tenant.name),
            decision.reason);
  return true;
}

/// What was seen and chosen, and how long it took.
std::string Primaries::story(const Case& one, const std::string& reason) const {
  std::string text = reason;
  if (!one.asked.empty()) text += "; " + one.asked;
  const auto primary = std::ranges::find(one.statuses, one.record.instance, &cluster::ReplicaStatus::instance);
  const auto spent = Clock::now() - began_;
  if (one.tenant.epoch == 0) return text;
  text += fmt::format("; looked at and decided in {:.2f} s", seconds_of(spent));
  if (primary != one.statuses.end() && primary->heartbeat_age) {
    text += fmt::format(", {:.1f} s after the last beat of its server", seconds_of(*primary->heartbeat_age + spent));
  }
  return text;
}

std::string Primaries::who() const {
  return fmt::format("server {} ({})", services_.server_id, services_.address);
}

/// Once for each time a tenant is left so, and not for what passes within seconds.
void Primaries::count_heirless(const Case& one, const std::string& reason) {
  const auto now = Clock::now();
  Heirless& entry = heirless_[metadb::to_text(one.tenant.name)];
  if (entry.since == Clock::time_point{} || entry.epoch != one.tenant.epoch) {
    entry = {.epoch = one.tenant.epoch, .since = now};
  }
  if (entry.counted || now - entry.since < heirless_after) return;
  entry.counted = true;
  ++services_.totals->failovers_failed;
  ++services_.totals->tenants_without_heir;
  log::error("{} has no primary, and nobody can be it: {}", metadb::to_text(one.tenant.name), reason);
}

}  // namespace sluice::server
