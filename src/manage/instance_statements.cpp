#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "manage/creation.h"
#include "manage/drop_delay.h"
#include "manage/refusal.h"
#include "manage/rows.h"
#include "manage/statements.h"
#include "metadb/meta_db.h"

namespace sluice::manage {
namespace {

using metadb::InstanceState;
using metadb::Wanted;

Result<metadb::Instance> find_instance(const sql::InstanceName& name, metadb::MetaDb& database) {
  auto found = metadb::read_instance(database, name.text);
  if (found) return found;
  if (found.error().kind == ErrorKind::not_found) {
    return refuse(fmt::format("binlog instance does not exist: {}", name.text));
  }
  return std::unexpected(std::move(found.error()));
}

/// The server an instance is on has to be there to act upon it.
Result<void> require_server(const metadb::Instance& instance, metadb::MetaDb& database) {
  const auto servers = metadb::list_servers(database, metadb::ServerDetail::liveness);
  if (!servers) return std::unexpected(servers.error());
  const auto server =
      std::ranges::find_if(*servers, [&](const metadb::Server& one) { return one.identity.id == instance.server; });
  if (server == servers->end()) return refuse("The node where instance is located does not exist");
  if (server->state != metadb::ServerState::offline) return {};
  return refuse(fmt::format("The node where instance is located is offline: {}:{}", server->identity.address,
                            server->identity.port));
}

std::unexpected<Error> wrong_state(const metadb::Instance& instance, std::string_view verb) {
  const bool stops = instance.wanted == Wanted::stopped && instance.state != InstanceState::stopped;
  return refuse(fmt::format("Not supported to {} binlog instance with status: {}{}", verb,
                            instance.wanted == Wanted::dropped ? "LogicalDrop" : metadb::to_text(instance.state),
                            stops ? " (it is being stopped)" : ""));
}

/// Somebody was quicker.
std::unexpected<Error> just_dropped(const metadb::Instance& instance) {
  return refuse(fmt::format("binlog instance {} has just been dropped", instance.name));
}

/// What belongs to the tenant may be said for an instance too, as the vendor's service wants it, and changes nothing.
void warn_of_the_tenants(const sql::CreationOptions& options, const StatementContext& context) {
  std::vector<std::string_view> said;
  if (options.cluster_url) said.emplace_back("CLUSTER_URL");
  if (options.account) said.insert(said.end(), {"CLUSTER_USER", "CLUSTER_PASSWORD"});
  if (options.start) said.emplace_back("START_TIMESTAMP");
  if (options.server_uuid) said.emplace_back("SERVER_UUID");
  if (said.empty()) return;
  context.warn(
      fmt::format("{}: this is the tenant's, as CREATE BINLOG said it, and has no effect here", fmt::join(said, ", ")));
}

Done start(const metadb::Instance& instance, const StatementContext& context) {
  constexpr std::array startable = {InstanceState::failed, InstanceState::stopped, InstanceState::offline};
  if (std::ranges::find(startable, instance.state) == startable.end() || instance.wanted == Wanted::dropped) {
    return wrong_state(instance, "start");
  }
  if (auto there = require_server(instance, context.metadb); !there) return std::unexpected(std::move(there.error()));
  const metadb::Decision decision{.what = "start instance", .who = context.who, .reason = "START BINLOG INSTANCE"};
  auto wanted = metadb::want_instance(context.metadb, instance.name, Wanted::running, {}, decision);
  if (!wanted) return std::unexpected(std::move(wanted.error()));
  if (!*wanted) return just_dropped(instance);
  auto reset = metadb::change_instance_state(context.metadb, instance.name, startable, {.to = InstanceState::init});
  if (!reset) return std::unexpected(std::move(reset.error()));
  return answers::SqlOk{.affected_rows = 1, .warnings = 0, .info = {}};
}

Done stop(const metadb::Instance& instance, const StatementContext& context) {
  constexpr std::array stoppable = {InstanceState::running, InstanceState::starting, InstanceState::init};
  if (std::ranges::find(stoppable, instance.state) == stoppable.end() || instance.wanted != Wanted::running) {
    return wrong_state(instance, "stop");
  }
  if (auto there = require_server(instance, context.metadb); !there) return std::unexpected(std::move(there.error()));
  const metadb::Decision decision{.what = "stop instance", .who = context.who, .reason = "STOP BINLOG INSTANCE"};
  auto wanted = metadb::want_instance(context.metadb, instance.name, Wanted::stopped, {}, decision);
  if (!wanted) return std::unexpected(std::move(wanted.error()));
  if (!*wanted) return just_dropped(instance);
  return answers::SqlOk{.affected_rows = 1, .warnings = 0, .info = {}};
}

/// One that waits for its end goes earlier, if the statement says when.
Done drop_sooner(const sql::DropInstance& drop, const metadb::Instance& instance, const StatementContext& context) {
  if (instance.state == InstanceState::drop || !drop.delay.seconds) return wrong_state(instance, "drop");
  const std::chrono::seconds defer(*drop.delay.seconds);
  const metadb::Decision decision{
      .what = "drop instance",
      .who = context.who,
      .reason = fmt::format("files are removed after {} s, earlier than said", defer.count())};
  auto hastened = metadb::hasten_drop(context.metadb, instance.name, defer, decision);
  if (!hastened) return std::unexpected(std::move(hastened.error()));
  if (!*hastened) return refuse(fmt::format("binlog instance {} goes before that already", instance.name));
  context.services.changed();
  return answers::SqlOk{.affected_rows = 1, .warnings = 0, .info = {}};
}

}  // namespace

Done run_instance(const sql::RunInstance& run, const StatementContext& context) {
  if (run.part == sql::RunInstance::Part::obcdc_only) return refuse("Flag [OBCDC_ONLY] is not supported yet");
  const auto instance = find_instance(run.name, context.metadb);
  if (!instance) return std::unexpected(instance.error());
  auto done = run.start ? start(*instance, context) : stop(*instance, context);
  if (done) context.services.changed();
  return done;
}

Done drop_instance(const sql::DropInstance& drop, const StatementContext& context) {
  const auto instance = find_instance(drop.name, context.metadb);
  if (!instance) return std::unexpected(instance.error());
  if (instance->wanted == Wanted::dropped) return drop_sooner(drop, *instance, context);
  if (instance->state == InstanceState::running && !drop.force) {
    return refuse("Unsupported to drop instance under running status without [force] flag");
  }
  const auto defer = drop_delay(drop.delay, context.metadb);
  if (!defer) return std::unexpected(defer.error());
  const metadb::Decision decision{.what = "drop instance",
                                  .who = context.who,
                                  .reason = fmt::format("files are removed after {} s", defer->count())};
  auto wanted = metadb::want_instance(context.metadb, instance->name, Wanted::dropped, *defer, decision);
  if (!wanted) return std::unexpected(std::move(wanted.error()));
  if (!*wanted) return just_dropped(*instance);
  context.services.changed();
  return answers::SqlOk{.affected_rows = 1, .warnings = 0, .info = {}};
}

Done create_instance(const sql::CreateInstance& create, const StatementContext& context) {
  const metadb::TenantName name = to_name(create.tenant);
  const auto tenant = metadb::read_tenant(context.metadb, name);
  if (!tenant) {
    return tenant.error().kind == ErrorKind::not_found
               ? refuse(fmt::format("Tenant does not exist: {}; CREATE BINLOG FOR TENANT makes it with its first "
                                    "instance",
                                    metadb::to_text(name)))
               : std::unexpected(tenant.error());
  }
  const auto options = stored_options(create.options, true);
  if (!options) return std::unexpected(options.error());
  const auto view = read_cluster(context.metadb);
  if (!view) return std::unexpected(view.error());
  const auto count = std::ranges::count_if(view->instances, [&](const metadb::Instance& one) {
    return one.tenant == name && one.wanted != Wanted::dropped;
  });
  const EffectiveValues of_cluster(view->parameters, {}, {});
  const auto most = static_cast<std::int64_t>(of_cluster.number("max_instance_replicate_num"));
  if (count >= most) {
    return refuse(
        fmt::format("tenant {} has {} instances already, and may have at most {} "
                    "(max_instance_replicate_num)",
                    metadb::to_text(name), count, most));
  }
  const metadb::Instance future{.options = options_text(*options)};
  const auto values = effective_values(view->parameters, *tenant, &future);
  if (!values) return std::unexpected(values.error());
  const cluster::Inventory inventory = to_inventory(*view);
  const auto placed = choose_servers(*view, inventory, metadb::to_text(name), options->demands, *values, 1);
  if (!placed) {
    ++context.services.totals->placements_failed;
    return std::unexpected(placed.error());
  }
  const metadb::NewInstance made{.name = create.name.text,
                                 .server = inventory.servers()[placed->front().server].id,
                                 .work_path = "",
                                 .options = future.options};
  const metadb::Decision decision{.what = "create instance", .who = context.who, .reason = placed->front().reason};
  if (auto created = metadb::create_instance(context.metadb, name, made, decision); !created) {
    if (!metadb::is_duplicate(created.error())) return std::unexpected(std::move(created.error()));
    return refuse(
        fmt::format("there is, or was, a binlog instance '{}' already; names are not used twice", create.name.text));
  }
  warn_of_the_tenants(create.options, context);
  context.services.changed();
  return answers::SqlOk{
      .affected_rows = 1, .warnings = static_cast<std::uint16_t>(context.diagnostics.size()), .info = {}};
}

}  // namespace sluice::manage
