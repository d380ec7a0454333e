#include <algorithm>

#include <fmt/format.h>

#include "manage/creation.h"
#include "manage/refusal.h"
#include "manage/rows.h"
#include "manage/statements.h"
#include "metadb/meta_db.h"
#include "mysql/user_name.h"

namespace sluice::manage {
namespace {

/// What the tenant's row will hold, the count of instances aside.
Result<metadb::TenantSettings> tenant_settings(const sql::CreateBinlog& create, const StatementContext& context) {
  const sql::SourceUrl& url = *create.options.cluster_url;
  if (url.kind == sql::SourceUrl::Kind::oceanbase) {
    return refuse(
        "this version captures from MySQL and MariaDB only: CLUSTER URL has to be mysql://host:port or "
        "mariadb://host:port");
  }
  if (!create.options.account) {
    return refuse(
        "the account of the tenant's database is missing: TO USER `user` PASSWORD `password`. It needs REPLICATION "
        "SLAVE and REPLICATION CLIENT (MariaDB: BINLOG MONITOR), and SELECT for what clients ask of its schema");
  }
  auto options = stored_options(create.options, false);
  if (!options) return std::unexpected(std::move(options.error()));
  metadb::TenantSettings settings;
  settings.source_kind = source_kind(url);
  settings.source_addresses = source_addresses(url);
  settings.account = create.options.account->user;
  settings.sealed_password =
      seal(context.services.key, metadb::password_purpose(to_name(create.tenant)), create.options.account->password);
  settings.server_uuid = create.options.server_uuid.value_or("");
  settings.start_point = start_text(create.options.start);
  settings.options = options_text(*options);
  return settings;
}

/// How many instances, within the cluster's limit.
Result<unsigned> replica_count(const sql::CreateBinlog& create, const EffectiveValues& values) {
  const std::uint64_t most = values.number("max_instance_replicate_num");
  const std::uint64_t count = create.replicate_num.value_or(
      static_cast<std::uint32_t>(std::min(values.number("default_instance_replicate_num"), most)));
  if (count > most) return refuse(fmt::format("The option [REPLICATE NUM] cannot be greater than {}", most));
  return static_cast<unsigned>(count);
}

/// For those who want to make it again.
std::string what_is_there(const metadb::TenantName& name, metadb::MetaDb& database) {
  const auto instances = metadb::list_instances(database, {.tenant = name});
  const bool any = !instances || std::ranges::any_of(*instances, [](const metadb::Instance& one) {
    return one.wanted != metadb::Wanted::dropped;
  });
  if (any) {
    return fmt::format("tenant {} already has binlog instances; SHOW BINLOG INSTANCES FOR lists them",
                       metadb::to_text(name));
  }
  return fmt::format(
      "tenant {} is there, without instances: CREATE BINLOG INSTANCE adds one, DROP BINLOG forgets the tenant",
      metadb::to_text(name));
}

/// By the MetaDB's clock, when it told of its servers; this one is among them.
std::chrono::microseconds now(const ClusterView& view) {
  if (view.servers.empty()) return {};
  return view.servers.front().heartbeat + view.servers.front().beat_age;
}

/// Clients name the tenant when they log in.
Result<void> check_log_in(const metadb::TenantName& name) {
  const auto read = mysql::parse_user_name(fmt::format("user@{}#{}", name.tenant, name.cluster));
  if (read.tenant == name.tenant && read.cluster == name.cluster) return {};
  return refuse(
      fmt::format("nobody could log in for tenant {}, as user@tenant#cluster: neither name may have \"@\" in it, nor "
                  "the tenant's \"#\"",
                  metadb::to_text(name)));
}

struct Placed {
  std::vector<metadb::NewInstance> instances;
  std::string reason;
};

Result<Placed> place(const sql::CreateBinlog& create, const ClusterView& view, const EffectiveValues& values,
                     const cluster::Demands& demands, unsigned count) {
  const cluster::Inventory inventory = to_inventory(view);
  const auto servers = choose_servers(view, inventory, metadb::to_text(to_name(create.tenant)), demands, values, count);
  if (!servers) return std::unexpected(servers.error());
  Placed placed;
  for (const cluster::Placement& one : *servers) {
    StoredOptions own;
    own.demands = demands;
    placed.instances.push_back({.name = new_instance_name(),
                                .server = inventory.servers()[one.server].id,
                                .work_path = "",
                                .options = options_text(own)});
    placed.reason +=
        fmt::format("{}{}: {}", placed.reason.empty() ? "" : "; ", placed.instances.back().name, one.reason);
  }
  return placed;
}

}  // namespace

Done create_binlog(const sql::CreateBinlog& create, const StatementContext& context) {
  const metadb::TenantName name = to_name(create.tenant);
  if (auto able = check_log_in(name); !able) return std::unexpected(std::move(able.error()));
  auto settings = tenant_settings(create, context);
  if (!settings) return std::unexpected(std::move(settings.error()));
  const auto exists = metadb::read_tenant(context.metadb, name);
  const auto already = [&]() -> Done {
    const std::string there = what_is_there(name, context.metadb);
    if (!create.if_not_exists) return refuse(there);
    context.warn(there);
    return answers::SqlOk{.affected_rows = 0, .warnings = 1, .info = {}};
  };
  if (exists) return already();
  if (exists.error().kind != ErrorKind::not_found) return std::unexpected(exists.error());

  const auto view = read_cluster(context.metadb);
  if (!view) return std::unexpected(view.error());
  const auto start = check_start(create.options.start, settings->source_kind, now(*view));
  if (!start) return std::unexpected(start.error());
  auto options = parse_options(settings->options);
  if (!options) return std::unexpected(options.error());
  const EffectiveValues values(view->parameters, options->parameters, {});
  options->parameters["max_binlog_size"] = values.text("max_binlog_size");  // for the tenant's life
  settings->options = options_text(*options);
  const auto count = replica_count(create, values);
  if (!count) return std::unexpected(count.error());
  const auto placed = place(create, *view, values, options->demands, *count);
  if (!placed) {
    ++context.services.totals->placements_failed;
    return std::unexpected(placed.error());
  }
  settings->replicas = *count;
  const metadb::Decision decision{.what = "create tenant", .who = context.who, .reason = placed->reason};
  if (auto made = metadb::create_tenant(context.metadb, name, *settings, placed->instances, decision); !made) {
    return metadb::is_duplicate(made.error()) ? already() : std::unexpected(std::move(made.error()));
  }
  ++context.services.totals->tenants_created;
  context.services.changed();
  return answers::SqlOk{.affected_rows = *count, .warnings = 0, .info = {}};
}

}  // namespace sluice::manage
