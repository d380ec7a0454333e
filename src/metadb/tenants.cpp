#include "metadb/tenants.h"

#include <fmt/format.h>

#include "metadb/instances.h"
#include "metadb/revisions.h"

namespace sluice::metadb {
namespace {

/// The condition that goes with bound(silent).
const std::string still_silent =
    "NOT EXISTS (SELECT 1 FROM servers s WHERE s.id = :silent AND s.heartbeat <> :heartbeat)";

Parameters bound(const SilentServer& silent, Parameters more) {
  more.push_back({"silent", silent.id});
  more.push_back({"heartbeat", std::int64_t{silent.heartbeat.count()}});
  return more;
}

Parameters bound(const TenantName& name, const TenantSettings& settings) {
  return bound_name(name, {{"source_kind", settings.source_kind},
                           {"source_addresses", settings.source_addresses},
                           {"account", settings.account},
                           {"password", settings.sealed_password},
                           {"server_uuid", settings.server_uuid},
                           {"server_id", settings.server_id},
                           {"start_point", settings.start_point},
                           {"options", settings.options},
                           {"replicas", settings.replicas}});
}

Result<std::vector<Tenant>> select_tenants(MetaDb& database, const std::string& rest, const Parameters& parameters) {
  auto rows = database.select(
      {"cluster", "tenant", "source_kind", "source_addresses", "account", "password", "server_uuid", "server_id",
       "start_point", "options", "replicas", "epoch", "primary_instance", "created", "changed"},
      "FROM tenants " + rest, parameters);
  if (!rows) return std::unexpected(std::move(rows.error()));
  std::vector<Tenant> tenants;
  for (const Row& row : *rows) {
    tenants.push_back({.name = {.cluster = row.text(0), .tenant = row.text(1)},
                       .settings = {.source_kind = row.text(2),
                                    .source_addresses = row.text(3),
                                    .account = row.text(4),
                                    .sealed_password = row.text(5),
                                    .server_uuid = row.text(6),
                                    .server_id = row.number(7),
                                    .start_point = row.text(8),
                                    .options = row.text(9),
                                    .replicas = row.number(10)},
                       .epoch = row.number(11),
                       .primary_instance = row.text(12),
                       .created = std::chrono::microseconds(row.number(13)),
                       .changed = std::chrono::microseconds(row.number(14))});
  }
  return tenants;
}

Result<Tenant> select_tenant(MetaDb& database, const TenantName& name, const char* suffix) {
  auto tenants = select_tenants(database, fmt::format("WHERE {} {}", is_tenant, suffix), bound_name(name));
  if (!tenants) return std::unexpected(std::move(tenants.error()));
  if (tenants->empty()) {
    return fail(ErrorKind::not_found, fmt::format("{}: there is no tenant {}", database.name(), to_text(name)));
  }
  return std::move(tenants->front());
}

/// Statements whose counts do not matter, one after the other.
Result<void> write_all(MetaDb& database, std::initializer_list<std::string> statements, const Parameters& parameters) {
  for (const std::string& statement : statements) {
    if (auto done = database.write(statement, parameters); !done) return std::unexpected(std::move(done.error()));
  }
  return {};
}

/// As change_and_raise() of instances, for what always changes something if it does not fail.
Result<void> change_instances(MetaDb& database, const std::function<Result<void>()>& change) {
  auto done = change_and_raise(database, Revision::instances, [&]() -> Result<bool> {
    if (auto changed = change(); !changed) return std::unexpected(std::move(changed.error()));
    return true;
  });
  if (!done) return std::unexpected(std::move(done.error()));
  return {};
}

Result<void> note(MetaDb& database, const TenantName& name, const Decision& decision,
                  const std::string& instance = {}) {
  return append_history(database, {.decision = decision, .tenant = name, .instance = instance});
}

}  // namespace

std::string password_purpose(const TenantName& name) {
  // The length keeps "a.b" + "c" and "a" + "b.c" apart.
  return fmt::format("tenant {} {} password", name.cluster.size(), to_text(name));
}

Result<void> create_tenant(MetaDb& database, const TenantName& name, const TenantSettings& settings,
                           std::span<const NewInstance> instances, const Decision& decision) {
  auto done = change_instances(database, [&]() -> Result<void> {
    auto made = database.write(
        "INSERT INTO tenants (cluster, tenant, source_kind, source_addresses, account, password, server_uuid, "
        "server_id, start_point, options, replicas, epoch, primary_instance, created, changed) VALUES (:cluster, "
        ":tenant, :source_kind, :source_addresses, :account, :password, :server_uuid, :server_id, :start_point, "
        ":options, :replicas, 0, '', {now}, {now})",
        bound(name, settings));
    if (!made) return std::unexpected(std::move(made.error()));
    for (const NewInstance& instance : instances) {
      if (auto placed = insert_instance(database, name, instance); !placed) return placed;
    }
    return note(database, name, decision);
  });
  if (!done) return fail_in("cannot create tenant " + to_text(name), std::move(done.error()));
  return {};
}

Result<Tenant> read_tenant(MetaDb& database, const TenantName& name) {
  return select_tenant(database, name, "");
}

Result<std::vector<Tenant>> list_tenants(MetaDb& database, Page page) {
  return select_tenants(database, "ORDER BY cluster, tenant LIMIT :limit OFFSET :offset",
                        {{"limit", page.limit}, {"offset", page.offset}});
}

Result<std::vector<Tenant>> list_tenants_on(MetaDb& database, const std::string& server) {
  return select_tenants(database,
                        "WHERE EXISTS (SELECT 1 FROM instances i WHERE i.server = :server AND i.dropped = 0 AND "
                        "i.cluster = tenants.cluster AND i.tenant = tenants.tenant) ORDER BY cluster, tenant",
                        {{"server", server}});
}

Result<void> alter_tenant(MetaDb& database, const TenantName& name,
                          const std::function<Result<void>(TenantSettings&)>& change, const Decision& decision) {
  auto done = change_instances(database, [&]() -> Result<void> {
    auto tenant = select_tenant(database, name, "{for_update}");
    if (!tenant) return std::unexpected(std::move(tenant.error()));
    if (auto changed = change(tenant->settings); !changed) return changed;
    auto stored = database.write(
        std::string("UPDATE tenants SET source_kind = :source_kind, source_addresses = :source_addresses, "
                    "account = :account, password = :password, server_uuid = :server_uuid, server_id = :server_id, "
                    "start_point = :start_point, options = :options, replicas = :replicas, changed = {now} WHERE ") +
            is_tenant,
        bound(name, tenant->settings));
    if (!stored) return std::unexpected(std::move(stored.error()));
    return note(database, name, decision);
  });
  if (!done) return fail_in("cannot alter tenant " + to_text(name), std::move(done.error()));
  return {};
}

Result<void> drop_tenant(MetaDb& database, const TenantName& name, std::chrono::seconds defer,
                         const Decision& decision) {
  const std::string of_tenant = std::string(" WHERE ") + is_tenant;
  auto done = change_instances(database, [&]() -> Result<void> {
    auto gone = database.write("DELETE FROM tenants" + of_tenant, bound_name(name));
    if (!gone) return std::unexpected(std::move(gone.error()));
    if (*gone == 0) return fail(ErrorKind::not_found, database.name() + ": there is no such tenant");
    auto marked = database.write(
        "UPDATE instances SET wanted = 'dropped', state = 'LogicalDrop', drop_at = {now} + :defer, changed = {now}" +
            of_tenant + " AND dropped = 0 AND wanted <> 'dropped'",
        bound_name(name, {{"defer", std::int64_t{std::chrono::microseconds(defer).count()}}}));
    if (!marked) return std::unexpected(std::move(marked.error()));
    if (auto files = write_all(database, {"DELETE FROM log_files" + of_tenant}, bound_name(name)); !files) return files;
    auto rest = write_all(database, {"DELETE FROM parameters WHERE level = 'tenant' AND scope = :scope"},
                          {{"scope", to_text(name)}});
    if (!rest) return rest;
    if (auto noted = note(database, name, decision); !noted) return noted;
    return raise_revision(database, Revision::parameters);
  });
  if (!done) return fail_in("cannot drop tenant " + to_text(name), std::move(done.error()));
  return {};
}

Result<bool> set_primary(MetaDb& database, const TenantName& name, std::int64_t expected_epoch,
                         const std::string& instance, const Decision& decision, const SilentServer& silent) {
  auto won = change_and_raise(database, Revision::instances, [&]() -> Result<bool> {
    auto set = database.write(
        "UPDATE tenants SET primary_instance = :instance, epoch = epoch + 1, changed = {now} WHERE cluster = :cluster "
        "AND tenant = :tenant AND epoch = :epoch AND (:instance = '' OR EXISTS (SELECT 1 FROM instances i WHERE "
        "i.name = :instance AND i.cluster = :cluster AND i.tenant = :tenant AND i.state = 'Running' AND "
        "i.wanted = 'running')) AND " +
            still_silent,
        bound_name(name, bound(silent, {{"instance", instance}, {"epoch", expected_epoch}})));
    if (!set) return std::unexpected(std::move(set.error()));
    if (*set == 0) return false;
    if (auto noted = note(database, name, decision, instance); !noted) return std::unexpected(noted.error());
    return true;
  });
  if (!won) return fail_in("cannot set the primary of tenant " + to_text(name), std::move(won.error()));
  return won;
}

Result<bool> create_primary(MetaDb& database, const TenantName& name, std::int64_t expected_epoch,
                            const NewInstance& instance, const Decision& decision, const SilentServer& silent) {
  auto won = change_and_raise(database, Revision::instances, [&]() -> Result<bool> {
    auto set = database.write(
        "UPDATE tenants SET primary_instance = :instance, epoch = epoch + 1, changed = {now} WHERE cluster = :cluster "
        "AND tenant = :tenant AND epoch = :epoch AND " +
            still_silent,
        bound_name(name, bound(silent, {{"instance", instance.name}, {"epoch", expected_epoch}})));
    if (!set) return std::unexpected(std::move(set.error()));
    if (*set == 0) return false;
    if (auto placed = insert_instance(database, name, instance); !placed) return std::unexpected(placed.error());
    auto noted = append_history(
        database, {.decision = decision, .tenant = name, .instance = instance.name, .server = instance.server});
    if (!noted) return std::unexpected(std::move(noted.error()));
    return true;
  });
  if (!won) return fail_in("cannot make a new primary of tenant " + to_text(name), std::move(won.error()));
  return won;
}

}  // namespace sluice::metadb
