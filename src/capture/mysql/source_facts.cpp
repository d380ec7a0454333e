#include "capture/mysql/source_facts.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/log.h"

namespace sluice::capture {
namespace {

using mysql::Client;
using mysql::QueryResult;

constexpr int error_access_denied = 1227;

std::string value_of(const QueryResult& result, std::size_t column) {
  if (result.rows.empty() || column >= result.rows.front().size()) return "";
  return result.rows.front()[column].value_or("");
}

/// The value of a system variable; empty if the source has none of that name.
Result<std::string> variable(Client& client, std::string_view name) {
  const auto result = client.query(fmt::format("SHOW GLOBAL VARIABLES LIKE '{}'", name));
  if (!result) return std::unexpected(result.error());
  return value_of(*result, 1);
}

std::uint64_t version_number(std::string_view version) {
  std::uint64_t number = 0;
  const char* at = version.data();
  const char* const end = at + version.size();
  for (int part = 0; part < 3; ++part) {
    unsigned value = 0;
    at = std::from_chars(at, end, value).ptr;
    number = number * 100 + std::min(value, 99U);
    if (at != end && *at == '.') ++at;
  }
  return number;
}

std::unexpected<Error> wrong(const Client& client, std::string what) {
  return fail(ErrorKind::refused, fmt::format("{}: {}", client.name(), what));
}

Result<void> check_flavour(const Client& client, const SourceFacts& facts, Flavour wanted) {
  const bool mariadb = facts.version.find("MariaDB") != std::string::npos;
  if (mariadb == (wanted == Flavour::mariadb)) return {};
  return wrong(client,
               fmt::format("it is {} {}, but the source is configured as kind = \"{}\"", mariadb ? "MariaDB" : "MySQL",
                           facts.version, wanted == Flavour::mariadb ? "mariadb" : "mysql"));
}

Result<void> check_log_settings(Client& client) {
  struct Wanted {
    const char* name;
    const char* value;
    const char* remedy;
  };
  constexpr Wanted settings[] = {
      {"log_bin", "ON", "start it with log_bin and a server_id"},
      {"binlog_format", "ROW",
       "SET GLOBAL binlog_format = ROW, put it into its configuration, and reconnect its clients"},
      {"binlog_row_image", "FULL",
       "SET GLOBAL binlog_row_image = FULL, put it into its configuration, and reconnect its clients"},
  };
  for (const Wanted& setting : settings) {
    const auto value = variable(client, setting.name);
    if (!value) return std::unexpected(value.error());
    const bool right = std::ranges::equal(*value, std::string_view(setting.value), {}, [](char c) {
      return static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    });
    if (!right && !value->empty()) {
      return wrong(client,
                   fmt::format("{} is {}, and has to be {}: {}", setting.name, *value, setting.value, setting.remedy));
    }
  }
  return {};
}

/// Whether SHOW GRANTS shows one of these privileges for everything. Roles may give what is not shown.
bool may_have(const QueryResult& grants, std::initializer_list<std::string_view> privileges) {
  for (const auto& row : grants.rows) {
    const std::string grant = row.empty() ? "" : row.front().value_or("");
    if (grant.find(" ON ") == std::string::npos) return true;
    if (grant.find(" ON *.* ") == std::string::npos) continue;
    for (const std::string_view privilege : privileges) {
      if (grant.find(privilege) != std::string::npos) return true;
    }
  }
  return false;
}

Result<void> check_privileges(Client& client, const SourceOptions& options) {
  const auto grants = client.query("SHOW GRANTS");
  if (!grants) return std::unexpected(grants.error());
  if (!may_have(*grants, {"ALL PRIVILEGES", "SUPER", "REPLICATION SLAVE", "REPLICATION REPLICA"})) {
    return wrong(client,
                 fmt::format("user {} may not read the binlog: GRANT REPLICATION SLAVE ON *.* to it", options.user));
  }
  if (!may_have(*grants, {"ALL PRIVILEGES", "SUPER", "REPLICATION CLIENT", "BINLOG MONITOR"})) {
    return wrong(client,
                 fmt::format("user {} may not ask where the binlog ends: GRANT REPLICATION CLIENT ON *.* to it (BINLOG "
                             "MONITOR in MariaDB)",
                             options.user));
  }
  return {};
}

Result<void> check_server_id(Client& client, const SourceFacts& facts, const SourceOptions& options) {
  constexpr std::string_view remedy = "choose another one with server_id in [source]";
  if (facts.server_id == options.server_id) {
    return wrong(client, fmt::format("its server_id {} is the one Sluice would use as its replica; {}", facts.server_id,
                                     remedy));
  }
  const bool new_name = options.flavour == Flavour::mysql && facts.version_number >= 80022;
  const auto replicas = client.query(new_name ? "SHOW REPLICAS" : "SHOW SLAVE HOSTS");
  if (!replicas) {
    // MariaDB wants a privilege for this that capture does not need otherwise.
    if (replicas.error().code == error_access_denied) return {};
    return std::unexpected(replicas.error());
  }
  for (const auto& row : replicas->rows) {
    const std::string id = row.empty() ? "" : row[0].value_or("");
    const std::string host = row.size() < 2 ? "" : row[1].value_or("");
    if (id != std::to_string(options.server_id) || host == replica_host(options)) continue;
    return wrong(client, fmt::format("another replica ({}) is connected with server_id {}; {}", host, id, remedy));
  }
  return {};
}

/// Variables that a version does not know are as if they had their first values.
Result<void> ask_what_is_logged(Client& client, Flavour flavour, SourceFacts& facts) {
  const auto metadata = variable(client, "binlog_row_metadata");
  if (!metadata) return std::unexpected(metadata.error());
  if (!metadata->empty()) facts.row_metadata = *metadata;
  const bool mariadb = flavour == Flavour::mariadb;
  const auto statements = variable(client, mariadb ? "binlog_annotate_row_events" : "binlog_rows_query_log_events");
  if (!statements) return std::unexpected(statements.error());
  facts.rows_query_events = *statements == "ON";
  return {};
}

Result<void> ask_gtids(Client& client, SourceFacts& facts) {
  const auto mode = variable(client, "gtid_mode");
  if (!mode) return std::unexpected(mode.error());
  facts.uses_gtids = *mode == "ON";
  if (!facts.uses_gtids) return {};
  const auto sets = client.query("SELECT @@GLOBAL.gtid_executed, @@GLOBAL.gtid_purged");
  if (!sets) return std::unexpected(sets.error());
  auto executed = binlog::parse_gtid_set(value_of(*sets, 0));
  auto purged = binlog::parse_gtid_set(value_of(*sets, 1));
  if (!executed || !purged) return wrong(client, "its gtid_executed or gtid_purged cannot be read");
  facts.executed = std::move(*executed);
  facts.purged = std::move(*purged);
  return {};
}

}  // namespace

std::string replica_host(const SourceOptions& options) {
  return "sluice-" + options.replica_uuid.substr(0, 8);
}

Result<SourceFacts> inspect_source(Client& client, const SourceOptions& options) {
  const auto identity = client.query("SELECT VERSION(), @@GLOBAL.server_id");
  if (!identity) return std::unexpected(identity.error());
  SourceFacts facts;
  facts.version = value_of(*identity, 0);
  facts.version_number = version_number(facts.version);
  const std::string id = value_of(*identity, 1);
  std::from_chars(id.data(), id.data() + id.size(), facts.server_id);
  facts.server = id;
  if (auto checked = check_flavour(client, facts, options.flavour); !checked) return std::unexpected(checked.error());
  if (auto checked = check_privileges(client, options); !checked) return std::unexpected(checked.error());
  if (auto checked = check_log_settings(client); !checked) return std::unexpected(checked.error());
  if (auto checked = check_server_id(client, facts, options); !checked) return std::unexpected(checked.error());
  const auto checksum = variable(client, "binlog_checksum");
  if (!checksum) return std::unexpected(checksum.error());
  facts.checksums = *checksum == "CRC32";
  if (auto asked = ask_what_is_logged(client, options.flavour, facts); !asked) return std::unexpected(asked.error());
  if (options.flavour == Flavour::mariadb) {
    facts.uses_gtids = true;
    return facts;
  }
  auto uuid = variable(client, "server_uuid");
  if (!uuid) return std::unexpected(std::move(uuid.error()));
  facts.server = std::move(*uuid);
  if (auto asked = ask_gtids(client, facts); !asked) return std::unexpected(asked.error());
  return facts;
}

Result<SourceEnd> source_end(Client& client, const SourceFacts& facts) {
  const bool new_name = facts.version_number >= 80200 && facts.version.find("MariaDB") == std::string::npos;
  const auto status = client.query(new_name ? "SHOW BINARY LOG STATUS" : "SHOW MASTER STATUS");
  if (!status) return std::unexpected(status.error());
  if (status->rows.empty()) return wrong(client, "it does not say where its binlog ends; is log_bin on?");
  SourceEnd end;
  end.file = value_of(*status, 0);
  const std::string position = value_of(*status, 1);
  std::from_chars(position.data(), position.data() + position.size(), end.position);
  end.executed = value_of(*status, 4);
  return end;
}

Result<std::vector<std::string>> source_files(Client& client) {
  const auto logs = client.query("SHOW BINARY LOGS");
  if (!logs) return std::unexpected(logs.error());
  std::vector<std::string> names;
  for (const auto& row : logs->rows)
    names.push_back(row.empty() ? "" : row.front().value_or(""));
  if (names.empty()) return wrong(client, "it has no binlog files");
  return names;
}

std::string what_source_has(Client& client, const SourceFacts& facts) {
  const auto files = source_files(client);
  const std::string oldest = files ? files->front() : "unknown";
  if (facts.executed.empty()) return fmt::format("the oldest binlog file of {} is {}", client.name(), oldest);
  return fmt::format("the oldest binlog file of {} is {}, and it has purged {}", client.name(), oldest,
                     facts.purged.empty() ? "no GTIDs" : facts.purged.text());
}

}  // namespace sluice::capture
