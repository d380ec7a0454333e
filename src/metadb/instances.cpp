#include "metadb/instances.h"

#include <functional>

#include <fmt/format.h>

#include "base/assert.h"
#include "metadb/revisions.h"

namespace sluice::metadb {
namespace {

constexpr std::size_t names_max = 1000;

/// The columns from `first` on, as select_instances() lists them.
Result<Leader> read_leader(const Row& row, std::size_t first) {
  Leader leader{.epoch = row.number(first), .name = row.text(first + 1)};
  if (row.text(first + 2).empty()) return leader;
  const auto state = parse_instance_state(row.text(first + 5));
  if (!state) return fail_in("instance " + leader.name, state.error());
  const auto wanted = parse_wanted(row.text(first + 6));
  if (!wanted) return fail_in("instance " + leader.name, wanted.error());
  leader.server = row.text(first + 2);
  leader.ip = row.text(first + 3);
  leader.port = row.number<std::uint16_t>(first + 4);
  leader.state = *state;
  leader.wanted = *wanted;
  return leader;
}

Result<Instance> read_row(const Row& row) {
  const auto state = parse_instance_state(row.text(6));
  if (!state) return fail_in("instance " + row.text(0), state.error());
  const auto wanted = parse_wanted(row.text(7));
  if (!wanted) return fail_in("instance " + row.text(0), wanted.error());
  auto leader = read_leader(row, 18);
  if (!leader) return std::unexpected(std::move(leader.error()));
  return Instance{.name = row.text(0),
                  .tenant = {.cluster = row.text(1), .tenant = row.text(2)},
                  .server = row.text(3),
                  .ip = row.text(4),
                  .port = row.number<std::uint16_t>(5),
                  .state = *state,
                  .wanted = *wanted,
                  .drop_in = std::chrono::microseconds(row.number(8)),
                  .pid = row.number(9),
                  .work_path = row.text(10),
                  .options = row.text(11),
                  .is_primary = row.number(12) != 0,
                  .restarts = row.number(13),
                  .failed_at = std::chrono::microseconds(row.number(14)),
                  .failure = row.text(15),
                  .created = std::chrono::microseconds(row.number(16)),
                  .dropped = std::chrono::microseconds(row.number(17)),
                  .leader = std::move(*leader)};
}

Result<std::vector<Instance>> select_instances(MetaDb& database, const std::string& condition,
                                               const Parameters& parameters) {
  auto rows = database.select({"i.name",
                               "i.cluster",
                               "i.tenant",
                               "i.server",
                               "i.ip",
                               "i.port",
                               "i.state",
                               "i.wanted",
                               "CASE WHEN i.wanted = 'dropped' THEN i.drop_at - {now} ELSE 0 END",
                               "i.pid",
                               "i.work_path",
                               "i.options",
                               "CASE WHEN t.primary_instance = i.name THEN 1 ELSE 0 END",
                               "i.restarts",
                               "i.failed_at",
                               "i.failure",
                               "i.created",
                               "i.dropped",
                               "COALESCE(t.epoch, 0)",
                               "COALESCE(t.primary_instance, '')",
                               "COALESCE(p.server, '')",
                               "COALESCE(p.ip, '')",
                               "COALESCE(p.port, 0)",
                               "COALESCE(p.state, '')",
                               "COALESCE(p.wanted, '')"},
                              "FROM instances i LEFT JOIN tenants t ON t.cluster = i.cluster AND t.tenant = i.tenant "
                              "LEFT JOIN instances p ON p.name = t.primary_instance AND p.dropped = 0 WHERE " +
                                  condition + " ORDER BY i.name LIMIT :limit OFFSET :offset",
                              parameters);
  if (!rows) return std::unexpected(std::move(rows.error()));
  std::vector<Instance> instances;
  for (const Row& row : *rows) {
    auto instance = read_row(row);
    if (!instance) return std::unexpected(std::move(instance.error()));
    instances.push_back(std::move(*instance));
  }
  return instances;
}

/// "column IN (:one_0, :one_1)", with the values added to `parameters`.
std::string is_one_of(std::string_view column, std::span<const std::string> values, Parameters& parameters) {
  std::string text = fmt::format("{} IN (", column);
  for (std::size_t index = 0; index < values.size(); ++index) {
    const std::string name = fmt::format("one_{}", index);
    text += (index == 0 ? ":" : ", :") + name;
    parameters.push_back({name, values[index]});
  }
  return text + ")";
}

std::string_view column_of(ServerLabel::Kind kind) {
  switch (kind) {
    case ServerLabel::Kind::zone:
      return "zone";
    case ServerLabel::Kind::region:
      return "region";
    default:
      return "server_group";
  }
}

/// The condition, with its values added to `parameters`.
std::string has_label(const ServerLabel& label, Parameters& parameters) {
  parameters.push_back({"label", label.value});
  if (label.kind == ServerLabel::Kind::address) return "i.ip = :label";
  return fmt::format("EXISTS (SELECT 1 FROM servers s WHERE s.id = i.server AND s.{} = :label)", column_of(label.kind));
}

std::string meets(const InstanceFilter& filter, Parameters& parameters) {
  std::string condition = filter.history ? "1 = 1" : "i.dropped = 0";
  if (filter.tenant != TenantName{}) {
    condition += " AND i.cluster = :cluster AND i.tenant = :tenant";
    parameters = bound_name(filter.tenant, std::move(parameters));
  }
  if (!filter.server.empty()) {
    condition += " AND i.server = :server";
    parameters.push_back({"server", filter.server});
  }
  if (filter.label) condition += " AND " + has_label(*filter.label, parameters);
  if (!filter.names.empty()) condition += " AND " + is_one_of("i.name", filter.names, parameters);
  return condition;
}

Result<bool> write_if(MetaDb& database, const std::string& statement, const Parameters& parameters) {
  auto done = database.write(statement, parameters);
  if (!done) return std::unexpected(std::move(done.error()));
  return *done == 1;
}

/// ", column = :column ..." for what the change has, with the values added to `parameters`.
std::string assignments(const InstanceChange& change, Parameters& parameters) {
  std::string text;
  const auto assign = [&](const std::string& column, Value value) {
    text += fmt::format(", {} = :{}", column, column);
    parameters.push_back({column, std::move(value)});
  };
  if (change.pid) assign("pid", *change.pid);
  if (change.port) assign("port", std::int64_t{*change.port});
  if (change.work_path) assign("work_path", *change.work_path);
  if (change.failure) assign("failure", *change.failure);
  if (change.failure) text += ", failed_at = {now}";
  if (change.restarted) text += ", restarts = restarts + 1";
  if (change.to == InstanceState::drop) text += ", dropped = {now}";
  return text;
}

Result<bool> write_wish(MetaDb& database, const std::string& name, Wanted wanted, std::chrono::seconds defer) {
  if (wanted != Wanted::dropped) {
    return write_if(database,
                    "UPDATE instances SET wanted = :wanted, changed = {now} WHERE name = :name AND wanted <> 'dropped'",
                    {{"wanted", std::string(to_text(wanted))}, {"name", name}});
  }
  return write_if(database,
                  "UPDATE instances SET wanted = 'dropped', state = 'LogicalDrop', drop_at = {now} + :defer, "
                  "changed = {now} WHERE name = :name AND wanted <> 'dropped'",
                  {{"defer", std::int64_t{std::chrono::microseconds(defer).count()}}, {"name", name}});
}

// What was set for an instance that is gone would never be asked for again: names are used once.
Result<void> forget_parameters(MetaDb& database, const std::string& name) {
  auto done = database.write("DELETE FROM parameters WHERE level = 'instance' AND scope = :name", {{"name", name}});
  if (!done) return std::unexpected(std::move(done.error()));
  return {};
}

}  // namespace

Result<void> insert_instance(MetaDb& database, const TenantName& tenant, const NewInstance& instance) {
  auto placed = database.write(
      "INSERT INTO instances (name, cluster, tenant, server, ip, port, state, wanted, drop_at, pid, work_path, "
      "options, "
      "restarts, failed_at, failure, created, changed, dropped) SELECT :name, :cluster, :tenant, s.id, s.address, 0, "
      "'Init', 'running', 0, 0, :work_path, :options, 0, 0, '', {now}, {now}, 0 FROM servers s WHERE s.id = :server",
      bound_name(tenant, {{"name", instance.name},
                          {"work_path", instance.work_path},
                          {"options", instance.options},
                          {"server", instance.server}}));
  if (!placed) return fail_in("instance " + instance.name, std::move(placed.error()));
  if (*placed == 1) return {};
  return fail(ErrorKind::not_found, fmt::format("{}: server {}, where instance {} is to be placed, is not registered",
                                                database.name(), instance.server, instance.name));
}

Result<void> create_instance(MetaDb& database, const TenantName& tenant, const NewInstance& instance,
                             const Decision& decision) {
  const auto create = [&]() -> Result<bool> {
    // The tenant's row is locked, so that nobody drops it in between.
    auto rows =
        database.select({"epoch"}, fmt::format("FROM tenants WHERE {} {{for_update}}", is_tenant), bound_name(tenant));
    if (!rows) return std::unexpected(std::move(rows.error()));
    if (rows->empty()) {
      return fail(ErrorKind::not_found, fmt::format("{}: there is no tenant {}", database.name(), to_text(tenant)));
    }
    if (auto placed = insert_instance(database, tenant, instance); !placed) return std::unexpected(placed.error());
    auto noted = append_history(
        database, {.decision = decision, .tenant = tenant, .instance = instance.name, .server = instance.server});
    if (!noted) return std::unexpected(std::move(noted.error()));
    return true;
  };
  auto done = change_and_raise(database, Revision::instances, create);
  if (!done) return std::unexpected(std::move(done.error()));
  return {};
}

Result<std::vector<Instance>> list_instances(MetaDb& database, const InstanceFilter& filter, Page page) {
  if (filter.names.size() > names_max) {
    return fail(ErrorKind::limit,
                fmt::format("{} instances were named, {} at a time is the limit", filter.names.size(), names_max));
  }
  Parameters parameters = {{"limit", page.limit}, {"offset", page.offset}};
  const std::string condition = meets(filter, parameters);
  return select_instances(database, condition, parameters);
}

Result<Instance> read_instance(MetaDb& database, const std::string& name) {
  auto instances = list_instances(database, {.names = {name}}, {.limit = 1});
  if (!instances) return std::unexpected(std::move(instances.error()));
  if (!instances->empty()) return std::move(instances->front());
  return fail(ErrorKind::not_found, fmt::format("{}: there is no instance {}", database.name(), name));
}

Result<bool> change_instance_state(MetaDb& database, const std::string& name, std::span<const InstanceState> from,
                                   const InstanceChange& change) {
  Parameters parameters = {{"name", name}, {"to_state", std::string(to_text(change.to))}};
  const std::string set = assignments(change, parameters);
  SLUICE_ASSERT(!from.empty());
  std::vector<std::string> words;
  for (const InstanceState state : from) {
    words.emplace_back(to_text(state));
  }
  const std::string statement = "UPDATE instances SET state = :to_state, changed = {now}" + set +
                                " WHERE name = :name AND dropped = 0 AND " + is_one_of("state", words, parameters);
  const bool drops = change.to == InstanceState::drop;
  const auto write = [&]() -> Result<bool> {
    auto changed = write_if(database, statement, parameters);
    if (!changed || !*changed || !drops) return changed;
    if (auto forgotten = forget_parameters(database, name); !forgotten) return std::unexpected(forgotten.error());
    return true;
  };
  if (change.by_its_server && !drops && !change.port) return write();
  return change_and_raise(database, Revision::instances, write);
}

namespace {

/// Notes the decision if `write` did something.
Result<bool> decide(MetaDb& database, const std::string& name, const Decision& decision,
                    const std::function<Result<bool>()>& write) {
  auto done = change_and_raise(database, Revision::instances, [&]() -> Result<bool> {
    auto written = write();
    if (!written || !*written) return written;
    auto instance = read_instance(database, name);
    if (!instance) return std::unexpected(std::move(instance.error()));
    auto noted = append_history(
        database, {.decision = decision, .tenant = instance->tenant, .instance = name, .server = instance->server});
    if (!noted) return std::unexpected(std::move(noted.error()));
    return true;
  });
  if (!done) return fail_in("instance " + name, std::move(done.error()));
  return done;
}

}  // namespace

Result<bool> want_instance(MetaDb& database, const std::string& name, Wanted wanted, std::chrono::seconds defer,
                           const Decision& decision) {
  return decide(database, name, decision, [&] { return write_wish(database, name, wanted, defer); });
}

Result<bool> drop_follower(MetaDb& database, const std::string& name, std::chrono::seconds defer,
                           const Decision& decision) {
  return decide(database, name, decision, [&] {
    return write_if(
        database,
        "UPDATE instances SET wanted = 'dropped', state = 'LogicalDrop', drop_at = {now} + :defer, "
        "changed = {now} WHERE name = :name AND wanted <> 'dropped' AND NOT EXISTS (SELECT 1 FROM tenants t "
        "WHERE t.primary_instance = :name)",
        {{"defer", std::int64_t{std::chrono::microseconds(defer).count()}}, {"name", name}});
  });
}

Result<bool> hasten_drop(MetaDb& database, const std::string& name, std::chrono::seconds defer,
                         const Decision& decision) {
  return decide(database, name, decision, [&] {
    return write_if(database,
                    "UPDATE instances SET drop_at = {now} + :defer, changed = {now} WHERE name = :name AND "
                    "wanted = 'dropped' AND dropped = 0 AND drop_at > {now} + :defer",
                    {{"defer", std::int64_t{std::chrono::microseconds(defer).count()}}, {"name", name}});
  });
}

Result<bool> set_instance_options(MetaDb& database, const std::string& name, const std::string& from,
                                  const std::string& to) {
  return change_and_raise(database, Revision::instances, [&] {
    return write_if(database,
                    "UPDATE instances SET options = :to_options, changed = {now} WHERE name = :name AND dropped = 0 "
                    "AND options = :from_options",
                    {{"to_options", to}, {"name", name}, {"from_options", from}});
  });
}

}  // namespace sluice::metadb
