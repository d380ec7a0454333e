#include "server/cluster_link.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/log.h"
#include "manage/cluster_view.h"
#include "metadb/history.h"
#include "metadb/meta_db.h"
#include "metadb/parameter_values.h"

namespace sluice::server {
namespace {

constexpr std::int64_t own_instances_max = 10'000;
constexpr std::chrono::hours trim_interval{1};
constexpr std::chrono::hours day{24};

cluster::ServerState to_state(metadb::ServerState state) {
  switch (state) {
    case metadb::ServerState::online:
      return cluster::ServerState::online;
    case metadb::ServerState::suspect:
      return cluster::ServerState::suspect;
    case metadb::ServerState::offline:
      break;
  }
  return cluster::ServerState::offline;
}

/// A pause is a mark of its own in the MetaDB, and an online server there.
metadb::ServerState to_stored(cluster::ServerState state) {
  switch (state) {
    case cluster::ServerState::suspect:
      return metadb::ServerState::suspect;
    case cluster::ServerState::offline:
      return metadb::ServerState::offline;
    case cluster::ServerState::online:
    case cluster::ServerState::paused:
      break;
  }
  return metadb::ServerState::online;
}

cluster::Sighting to_sighting(const metadb::Server& server) {
  const auto milliseconds = [](std::chrono::microseconds time) {
    return std::chrono::duration_cast<cluster::Milliseconds>(time);
  };
  return {.id = server.identity.id,
          .state = to_state(server.state),
          .pause_wanted = false,
          .state_age = milliseconds(server.state_age),
          .heartbeat_age = milliseconds(server.beat_age)};
}

}  // namespace

Result<ClusterNews> ClusterLink::look(const std::string& metrics, std::span<const metadb::InstanceReport> reports) {
  if (auto joined = join(); !joined) return std::unexpected(std::move(joined.error()));
  const metadb::Beat own{
      .id = settings_.identity.id, .incarnation = incarnation_, .metrics = metrics, .instances = reports};
  if (auto beaten = metadb::beat(*metadb_, own); !beaten) {
    if (beaten.error().kind == ErrorKind::refused && !is_superseded()) incarnation_ = 0;  // removed: it joins anew
    return std::unexpected(std::move(beaten.error()));
  }
  contact_ = cluster::contact_after(contact_, std::chrono::steady_clock::now(), settings_.rules);
  if (auto judged = judge_others(); !judged) return std::unexpected(std::move(judged.error()));
  // What this finds is news once: it is not lost to a failure of something else.
  if (auto trimmed = trim_history(); !trimmed) log::warning("the history is not cut: {}", trimmed.error().message);
  return read_news();
}

/// Whether another process has registered with our id since, as of a copied directory: it has the id now.
bool ClusterLink::is_superseded() {
  const auto servers = metadb::list_servers(*metadb_, metadb::ServerDetail::liveness);
  return !servers || std::ranges::any_of(*servers, [&](const metadb::Server& one) {
    return one.identity.id == settings_.identity.id && one.incarnation > incarnation_;
  });
}

Result<void> ClusterLink::join() {
  if (!metadb_) {
    auto opened = metadb::MetaDb::open(settings_.metadb);
    if (!opened) return std::unexpected(std::move(opened.error()));
    metadb_ = std::move(*opened);
  }
  if (incarnation_ != 0) return {};
  if (auto migrated = metadb::migrate(*metadb_); !migrated) return migrated;
  // Before the key, which a second server at a file lacks as well.
  if (auto alone = metadb::check_alone(*metadb_, settings_.identity.id); !alone) return alone;
  if (auto checked = check_key(); !checked) return checked;
  const auto registered = metadb::register_server(*metadb_, settings_.identity);
  if (!registered) return std::unexpected(registered.error());
  if (auto made = make_administrator(); !made) return made;
  incarnation_ = *registered;
  seen_.reset();
  log::info("this server is {} in {}", settings_.identity.id, metadb_->name());
  return {};
}

/// The first server leaves a text that its key sealed; the others have to be able to open it.
Result<void> ClusterLink::check_key() {
  const std::string purpose = "key check of a cluster";
  metadb::ParameterValue sealed{
      .level = metadb::ParameterLevel::cluster, .scope = "", .name = "sluice_key_check", .value = ""};
  for (const bool may_set : {true, false}) {
    const auto list = metadb::list_parameters(*metadb_, sealed.level, sealed.scope);
    if (!list) return std::unexpected(list.error());
    const auto found = std::ranges::find(*list, sealed.name, &metadb::ParameterValue::name);
    if (found != list->end() && unseal(settings_.key, purpose, found->value)) return {};
    if (found != list->end() || !may_set) break;
    sealed.value = seal(settings_.key, purpose, "sluice");
    if (auto set = metadb::set_parameter(*metadb_, sealed); !set) return set;
  }
  return fail(ErrorKind::refused,
              fmt::format("the key file {} is not the cluster's of {}: copy the key file of one of its other servers",
                          settings_.key_file_name, metadb_->name()));
}

Result<void> ClusterLink::make_administrator() {
  const auto accounts = metadb::list_accounts(*metadb_);
  if (!accounts) return std::unexpected(accounts.error());
  if (!accounts->empty()) return {};
  if (!settings_.administrator) {
    log::warning(
        "the cluster has no account yet, and the configuration has no section [administrator] to make one from: nobody "
        "can log in");
    return {};
  }
  auto made = metadb::create_account(*metadb_, *settings_.administrator);
  // Another server may have been quicker.
  if (!made && !metadb::list_accounts(*metadb_).value_or(std::vector<metadb::Account>{}).empty()) return {};
  if (made) log::info("the administrator's account '{}' is made", settings_.administrator->name);
  return made;
}

/// What was asked at `asked`.
void ClusterLink::watch(const std::vector<metadb::Server>& servers, std::chrono::steady_clock::time_point asked) {
  std::vector<cluster::BeatWatch::Beat> beats;
  for (const metadb::Server& server : servers) {
    beats.push_back({.id = server.identity.id,
                     .heartbeat = cluster::Moment(std::chrono::duration_cast<cluster::Milliseconds>(server.heartbeat)),
                     .age = std::chrono::duration_cast<cluster::Milliseconds>(server.beat_age)});
  }
  watch_.see(beats, asked);
}

Result<void> ClusterLink::judge_others() {
  const auto asked = std::chrono::steady_clock::now();
  const auto sight = metadb::read_sight(*metadb_);
  if (!sight) return std::unexpected(sight.error());
  const std::vector<metadb::Server>& servers = sight->servers;
  revisions_ = sight->revisions;
  watch(servers, asked);
  std::vector<cluster::Sighting> seen;
  std::map<std::string, metadb::ServerState> states;
  for (const metadb::Server& server : servers) {
    seen.push_back(to_sighting(server));
    states[server.identity.id] = server.state;
  }
  servers_changed_ = states != servers_;
  servers_ = std::move(states);
  const auto judgements =
      cluster::judge_servers(seen, settings_.identity.id, contact_, std::chrono::steady_clock::now(), settings_.rules);
  for (const cluster::Judgement& one : judgements.changes) {
    const auto server =
        std::ranges::find_if(servers, [&](const metadb::Server& candidate) { return candidate.identity.id == one.id; });
    const auto won = metadb::judge_server(*metadb_, *server, to_stored(one.after));
    if (!won) return std::unexpected(won.error());
    if (*won && one.after == cluster::ServerState::offline) ++settings_.totals->servers_down;
    if (*won) {
      log::warning("server {}:{} is {}: {}", server->identity.address, server->identity.port,
                   cluster::server_state_text(one.after), one.reason);
    }
  }
  return {};
}

Result<ClusterNews> ClusterLink::read_news() {
  ClusterNews news;
  news.servers_changed = servers_changed_;
  news.watch = watch_;
  for (const auto& [id, state] : servers_) {
    if (const auto silence = watch_.silence(id)) news.silences[id] = *silence;
  }
  if (!seen_ || seen_->instances != revisions_.instances) {
    auto own = metadb::list_instances(*metadb_, {.server = settings_.identity.id}, {.limit = own_instances_max});
    if (!own) return std::unexpected(std::move(own.error()));
    news.instances = std::move(*own);
    news.instances_changed = true;
  }
  if (!seen_ || seen_->accounts != revisions_.accounts) {
    auto accounts = metadb::list_accounts(*metadb_);
    if (!accounts) return std::unexpected(std::move(accounts.error()));
    news.accounts = std::move(*accounts);
  }
  seen_ = revisions_;
  return news;
}

Result<void> ClusterLink::trim_history() {
  const auto now = std::chrono::steady_clock::now();
  if (now - history_trimmed_ <= trim_interval) return {};
  history_trimmed_ = now;
  const auto values = manage::read_cluster_parameters(*metadb_);
  if (!values) return std::unexpected(values.error());
  const auto days = manage::EffectiveValues(*values, {}, {}).number("history_retention_days");
  const auto trimmed = metadb::trim_history(*metadb_, day * static_cast<std::int64_t>(days));
  return trimmed ? Result<void>() : std::unexpected(trimmed.error());
}

}  // namespace sluice::server
