#include "instance/session_subscriber.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace sluice::instance {

namespace {

/// A variable by its new or its old name.
std::optional<std::string> variable(const answers::SqlSession& sql, std::string_view name, std::string_view old_name) {
  std::optional<std::string> value = sql.user_variable(name);
  return value ? value : sql.user_variable(old_name);
}

bool is_crc32(std::string_view text) {
  constexpr std::string_view name = "CRC32";
  return std::equal(text.begin(), text.end(), name.begin(), name.end(), [](char left, char right) {
    return left == right || (left >= 'a' && left <= 'z' && left - 'a' + 'A' == right);
  });
}

/// Nanoseconds as clients write them: 30000001024, or 3e10. Text that is no number is as if nothing had been said.
std::optional<std::chrono::nanoseconds> parse_period(std::string_view text) {
  double nanoseconds = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, nanoseconds);
  if (error != std::errc() || stop != end || !std::isfinite(nanoseconds) || nanoseconds < 0) {
    return std::nullopt;
  }
  constexpr double longest = 1e18;
  return std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(nanoseconds, longest)));
}

dump::Subscriber describe(const mysql::Login& login, const answers::SqlSession& sql) {
  dump::Subscriber subscriber;
  subscriber.user = login.user;
  subscriber.uuid = subscriber_uuid(sql);
  const auto checksum = variable(sql, "source_binlog_checksum", "master_binlog_checksum");
  subscriber.checksums = checksum && is_crc32(*checksum);
  const auto period = variable(sql, "source_heartbeat_period", "master_heartbeat_period");
  if (const auto wanted = period ? parse_period(*period) : std::nullopt) {
    subscriber.heartbeat_period = *wanted;
  }
  const auto semi_sync = variable(sql, "rpl_semi_sync_replica", "rpl_semi_sync_slave");
  subscriber.semi_sync = semi_sync && *semi_sync != "0";
  const auto program = login.attributes.find("program_name");
  subscriber.verbatim =
      program != login.attributes.end() && (program->second == "mysqlbinlog" || program->second == "mariadb-binlog");
  return subscriber;
}

/// What the flags of both commands say.
void apply_flags(dump::Subscriber& subscriber, std::uint16_t flags, const answers::SqlSession& sql) {
  subscriber.flags = flags;
  subscriber.non_blocking = (flags & mysql::dump_flag::non_block) != 0;
  // The same flag means something else when a client of MariaDB sets it.
  const bool mariadb = sql.user_variable("mariadb_slave_capability").has_value();
  subscriber.heartbeat_v2 = !mariadb && (flags & mysql::dump_flag::heartbeat_v2) != 0;
}

}  // namespace

std::string subscriber_uuid(const answers::SqlSession& sql) {
  return variable(sql, "replica_uuid", "slave_uuid").value_or("");
}

dump::Subscriber make_subscriber(const mysql::BinlogDump& command, const mysql::Login& login,
                                 const answers::SqlSession& sql) {
  dump::Subscriber subscriber = describe(login, sql);
  subscriber.server_id = command.server_id;
  subscriber.file = command.file;
  subscriber.position = command.position;
  apply_flags(subscriber, command.flags, sql);
  return subscriber;
}

dump::Subscriber make_subscriber(const mysql::BinlogDumpGtid& command, const mysql::Login& login,
                                 const answers::SqlSession& sql) {
  dump::Subscriber subscriber = describe(login, sql);
  subscriber.server_id = command.server_id;
  subscriber.file = command.file;
  subscriber.position = command.position;
  subscriber.gtid_data = command.gtid_set;
  apply_flags(subscriber, command.flags, sql);
  return subscriber;
}

}  // namespace sluice::instance
