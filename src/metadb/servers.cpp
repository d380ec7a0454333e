#include "metadb/servers.h"

#include <fmt/format.h>

#include "base/log.h"
#include "metadb/meta_db.h"

namespace sluice::metadb {
namespace {

// Of an UPDATE by the server itself. The time goes first: MySQL assigns from left to right and would see the new state.
constexpr std::string_view is_online =
    "state_since = CASE WHEN state = 'ONLINE' THEN state_since ELSE {now} END, state = 'ONLINE'";

Parameters bound(const ServerIdentity& identity) {
  return {{"id", identity.id},
          {"address", identity.address},
          {"port", std::int64_t{identity.port}},
          {"region", identity.region},
          {"idc", identity.idc},
          {"zone", identity.zone},
          {"server_group", identity.group},
          {"configuration", identity.configuration}};
}

Result<void> explain_duplicate(const MetaDb& database, const ServerIdentity& identity) {
  return fail(
      ErrorKind::refused,
      fmt::format("{}: another server id has registered at {}:{}: give this server back its id file, use another "
                  "address, or remove the other server",
                  database.name(), identity.address, identity.port));
}

Result<void> update_or_insert(MetaDb& database, const ServerIdentity& identity) {
  auto done = database.write(
      "UPDATE servers SET address = :address, port = :port, region = :region, idc = :idc, zone = :zone, "
      "server_group = :server_group, configuration = :configuration, incarnation = incarnation + 1, "
      "heartbeat = {now}, " +
          std::string(is_online) + " WHERE id = :id",
      bound(identity));
  if (done && *done == 0) {
    done = database.write(
        "INSERT INTO servers (id, address, port, region, idc, zone, server_group, state, state_since, pause_wanted, "
        "configuration, incarnation, heartbeat, metrics, report, created) VALUES (:id, :address, :port, :region, :idc, "
        ":zone, :server_group, 'ONLINE', {now}, 0, :configuration, 1, {now}, '{}', '[]', {now})",
        bound(identity));
  }
  if (done) return {};
  if (is_duplicate(done.error())) return explain_duplicate(database, identity);
  return std::unexpected(std::move(done.error()));
}

Result<Server> to_server(const Row& row, ServerDetail detail) {
  const auto state = parse_server_state(row.text(7));
  if (!state) return fail_in("server " + row.text(0), state.error());
  Server server;
  server.identity = {.id = row.text(0),
                     .address = row.text(1),
                     .port = row.number<std::uint16_t>(2),
                     .region = row.text(3),
                     .idc = row.text(4),
                     .zone = row.text(5),
                     .group = row.text(6)};
  server.state = *state;
  server.state_age = std::chrono::microseconds(row.number(8));
  server.pause_wanted = row.number(9) != 0;
  server.incarnation = row.number(10);
  server.heartbeat = std::chrono::microseconds(row.number(11));
  server.beat_age = std::chrono::microseconds(row.number(12));
  if (detail == ServerDetail::everything) {
    server.identity.configuration = row.text(13);
    server.metrics = row.text(14);
  }
  return server;
}

Result<std::vector<Server>> select_servers(MetaDb& database, ServerDetail detail, const std::string& rest,
                                           const Parameters& parameters) {
  const bool everything = detail == ServerDetail::everything;
  auto rows = database.select({"id", "address", "port", "region", "idc", "zone", "server_group", "state",
                               "{now} - state_since", "pause_wanted", "incarnation", "heartbeat", "{now} - heartbeat",
                               everything ? "configuration" : "''", everything ? "metrics" : "''"},
                              "FROM servers " + rest, parameters);
  if (!rows) return std::unexpected(std::move(rows.error()));
  std::vector<Server> servers;
  for (const Row& row : *rows) {
    auto server = to_server(row, detail);
    if (!server) return std::unexpected(std::move(server.error()));
    servers.push_back(std::move(*server));
  }
  return servers;
}

}  // namespace

// What a second server would write there, the first one's host alone would see.
Result<void> check_alone(MetaDb& database, const std::string& id) {
  if (database.dialect() != Dialect::sqlite) return {};
  auto others = database.select({"id", "address", "port"}, "FROM servers WHERE id <> :id LIMIT 1", {{"id", id}});
  if (!others) return std::unexpected(std::move(others.error()));
  if (others->empty()) return {};
  const Row& other = others->front();
  return fail(
      ErrorKind::refused,
      fmt::format("{}: an SQLite file serves a cluster of one server, and server {} at {}:{} has registered. Use "
                  "a MetaDB with MySQL's protocol for more servers, or remove that server first",
                  database.name(), other.text(0), other.text(1), other.text(2)));
}

Result<std::int64_t> register_server(MetaDb& database, const ServerIdentity& identity) {
  std::int64_t incarnation = 0;
  auto done = database.transaction([&]() -> Result<void> {
    if (auto alone = check_alone(database, identity.id); !alone) return alone;
    if (auto written = update_or_insert(database, identity); !written) return written;
    auto rows = database.select({"incarnation"}, "FROM servers WHERE id = :id", {{"id", identity.id}});
    if (!rows) return std::unexpected(std::move(rows.error()));
    incarnation = rows->front().number(0);
    return {};
  });
  if (!done) return fail_in("cannot register server " + identity.id, std::move(done.error()));
  return incarnation;
}

Result<void> beat(MetaDb& database, const Beat& beat) {
  auto done = database.write("UPDATE servers SET heartbeat = {now}, metrics = :metrics, report = :report, " +
                                 std::string(is_online) + " WHERE id = :id AND incarnation = :incarnation",
                             {{"metrics", beat.metrics},
                              {"report", to_json(beat.instances)},
                              {"id", beat.id},
                              {"incarnation", beat.incarnation}});
  if (!done) return std::unexpected(std::move(done.error()));
  if (*done == 1) return {};
  return fail(ErrorKind::refused,
              fmt::format("{}: server {} was removed, or another process has registered under its id", database.name(),
                          beat.id));
}

Result<Sight> read_sight(MetaDb& database) {
  auto rows = database.select(
      {"id", "address", "port", "region", "idc", "zone", "server_group", "state", "{now} - state_since", "pause_wanted",
       "incarnation", "heartbeat", "{now} - heartbeat", "(SELECT value FROM revisions WHERE name = 'accounts')",
       "(SELECT value FROM revisions WHERE name = 'parameters')",
       "(SELECT value FROM revisions WHERE name = 'instances')"},
      "FROM servers ORDER BY id");
  if (!rows) return std::unexpected(std::move(rows.error()));
  Sight sight;
  for (const Row& row : *rows) {
    auto server = to_server(row, ServerDetail::liveness);
    if (!server) return std::unexpected(std::move(server.error()));
    sight.servers.push_back(std::move(*server));
    sight.revisions = {.accounts = row.number(13), .parameters = row.number(14), .instances = row.number(15)};
  }
  return sight;
}

Result<std::vector<Server>> list_servers(MetaDb& database, ServerDetail detail) {
  return select_servers(database, detail, "ORDER BY id", {});
}

Result<Server> read_server(MetaDb& database, const std::string& id) {
  auto servers = select_servers(database, ServerDetail::liveness, "WHERE id = :id", {{"id", id}});
  if (!servers) return std::unexpected(std::move(servers.error()));
  if (servers->empty()) {
    return fail(ErrorKind::not_found, fmt::format("{}: there is no server {}", database.name(), id));
  }
  return std::move(servers->front());
}

Result<std::vector<InstanceReport>> read_reports(MetaDb& database, const std::string& id) {
  auto rows = database.select({"report"}, "FROM servers WHERE id = :id", {{"id", id}});
  if (!rows) return std::unexpected(std::move(rows.error()));
  if (rows->empty()) return fail(ErrorKind::not_found, fmt::format("{}: there is no server {}", database.name(), id));
  return parse_reports(rows->front().text(0));
}

Result<std::vector<ServerReports>> list_reports(MetaDb& database) {
  auto rows = database.select({"id", "{now} - heartbeat", "report", "heartbeat"}, "FROM servers ORDER BY id");
  if (!rows) return std::unexpected(std::move(rows.error()));
  std::vector<ServerReports> all;
  for (const Row& row : *rows) {
    auto instances = parse_reports(row.text(2));
    // Of another version, perhaps. What the others say is needed all the same, for failover before all else.
    if (!instances)
      log::warning("what server {} says of its instances cannot be read: {}", row.text(0), instances.error().message);
    all.push_back({.id = row.text(0),
                   .heartbeat = std::chrono::microseconds(row.number(3)),
                   .beat_age = std::chrono::microseconds(row.number(1)),
                   .instances = std::move(instances).value_or(std::vector<InstanceReport>{})});
  }
  return all;
}

Result<bool> judge_server(MetaDb& database, const Server& seen, ServerState to) {
  auto done = database.write(
      "UPDATE servers SET state = :to_state, state_since = {now} WHERE id = :id AND state = :from_state AND "
      "heartbeat = :heartbeat",
      {{"to_state", std::string(to_text(to))},
       {"id", seen.identity.id},
       {"from_state", std::string(to_text(seen.state))},
       {"heartbeat", std::int64_t{seen.heartbeat.count()}}});
  if (!done) return std::unexpected(std::move(done.error()));
  return *done == 1;
}

Result<bool> want_pause(MetaDb& database, const std::string& id, bool wanted, const Decision& decision) {
  bool changed = false;
  auto all = database.transaction([&]() -> Result<void> {
    auto rows = database.select({"pause_wanted"}, "FROM servers WHERE id = :id {for_update}", {{"id", id}});
    if (!rows) return std::unexpected(std::move(rows.error()));
    if (rows->empty()) return fail(ErrorKind::not_found, fmt::format("{}: there is no server {}", database.name(), id));
    changed = (rows->front().number(0) != 0) != wanted;
    if (!changed) return {};
    auto done = database.write("UPDATE servers SET pause_wanted = :wanted WHERE id = :id",
                               {{"wanted", std::int64_t{wanted}}, {"id", id}});
    if (!done) return std::unexpected(std::move(done.error()));
    return append_history(database, {.decision = decision, .server = id});
  });
  if (!all) return fail_in("cannot change the pause of server " + id, std::move(all.error()));
  return changed;
}

Result<void> remove_server(MetaDb& database, const std::string& id) {
  auto done = database.write(
      "DELETE FROM servers WHERE id = :id AND "
      "NOT EXISTS (SELECT 1 FROM instances WHERE server = :id AND dropped = 0)",
      {{"id", id}});
  if (!done) return std::unexpected(std::move(done.error()));
  if (*done == 1) return {};
  return fail(ErrorKind::refused, fmt::format("{}: server {} is not there, or has instances: drop or move them first",
                                              database.name(), id));
}

}  // namespace sluice::metadb
