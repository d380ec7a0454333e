#include "answers/session_statements.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/json_text.h"
#include "binlog/log_file_name.h"
#include "sql/error_code.h"
#include "sql/utf8.h"

namespace sluice::answers {
namespace {

using Cell = std::optional<std::string>;

/// Characters of a statement, or of a set of GTIDs, that are shown without FULL.
constexpr std::size_t info_characters_max = 100;
/// Beyond this, FULL is as if it were not there: the answer stays below answer_size_max.
constexpr std::size_t list_size_max = 8U << 20U;

SqlColumn number_column(std::string name) {
  return {.name = std::move(name), .type = SqlColumn::Type::unsigned_integer};
}
SqlColumn text_column(std::string name) {
  return {.name = std::move(name), .type = SqlColumn::Type::text};
}

bool may_see(const SqlClient& client, const SessionInfo& session) {
  return client.admin || client.user == session.user;
}

/// The first characters of a text; bytes that are no UTF-8 count as one each.
std::string_view first_characters(std::string_view text, std::size_t count) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < count && size < text.size(); ++i) {
    ++size;
    while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) {
      ++size;
    }
  }
  return text.substr(0, size);
}

Cell shown_statement(const SessionInfo& session, bool full) {
  if (!session.statement) return std::nullopt;
  return std::string(full ? std::string_view(*session.statement)
                          : first_characters(*session.statement, info_characters_max));
}

std::string shown_position(const store::LogPosition& position) {
  if (position.file == 0) return {};
  return fmt::format("{}:{}", binlog::log_file_name(position.file), position.offset);
}

/// While a dump is behind, how old what it sends is; the times of events are whole seconds.
std::uint64_t delay_milliseconds(const DumpInfo& dump, std::chrono::system_clock::time_point now) {
  if (dump.caught_up || dump.checkpoint == 0) return 0;
  const auto then = std::chrono::system_clock::time_point(std::chrono::seconds(dump.checkpoint));
  const auto delay = std::chrono::duration_cast<std::chrono::milliseconds>(now - then).count();
  return delay < 0 ? 0 : static_cast<std::uint64_t>(delay);
}

std::string dump_info_json(const DumpInfo& dump, bool full) {
  std::string gtids = dump.known_gtids;
  if (!full && gtids.size() > info_characters_max) gtids = gtids.substr(0, info_characters_max) + "...";
  std::string json = fmt::format(R"({{"filename":{},"pos":{},"flags":{},"exclude_gtids":{},"server_id":{},"uuid":{},)"
                                 R"("checksums":{},"semi_sync":{})",
                                 json_text(dump.file), dump.start, dump.flags, json_text(gtids), dump.server_id,
                                 json_text(sql::is_utf8(dump.uuid) ? dump.uuid : ""), dump.checksums, dump.semi_sync);
  if (dump.semi_sync) {
    json +=
        fmt::format(R"(,"acknowledgements":{},"acknowledged":{})", dump.acknowledgements, json_text(dump.acknowledged));
  }
  return json + "}";
}

bool is_mariadb(std::string_view version) {
  return version.contains("MariaDB");
}

}  // namespace

SqlRows answer_process_list(const sql::ShowProcessList& show, const EvaluationContext& context) {
  SqlRows answer{.columns = {number_column("Id"), text_column("User"), text_column("Host"), text_column("db"),
                             text_column("Command"), number_column("Time"), text_column("State"), text_column("Info")},
                 .rows = {}};
  std::size_t size = 0;
  for (const SessionInfo& session : context.server.sessions()) {
    if (!may_see(context.client, session)) continue;
    Cell statement = shown_statement(session, show.full && size < list_size_max);
    size += statement ? statement->size() : 0;
    answer.rows.push_back({std::to_string(session.id), session.user, session.host,
                           session.database.empty() ? Cell() : Cell(session.database), session.command,
                           std::to_string(session.time.count()), session.state, std::move(statement)});
  }
  return answer;
}

SqlRows answer_dump_list(const sql::ShowDumpList& show, const EvaluationContext& context) {
  SqlRows answer{
      .columns = {number_column("Id"), text_column("User"), text_column("Host"), text_column("RealHost"),
                  text_column("Command"), number_column("Time"), text_column("State"), text_column("DumpPosition"),
                  number_column("DumpDelay"), number_column("DumpEventsNum"), number_column("DumpEventsSize"),
                  number_column("FakeRotateEventsNum"), number_column("HeartbeatEventsNum"), number_column("DumpEps"),
                  number_column("DumpIops"), text_column("Info"), number_column("DumpCheckpoint")},
      .rows = {}};
  std::size_t size = 0;
  for (const DumpInfo& dump : context.server.dumps()) {
    const SessionInfo& session = dump.session;
    if (!may_see(context.client, session)) continue;
    std::string info = dump_info_json(dump, show.full && size < list_size_max);
    size += info.size();
    answer.rows.push_back({std::to_string(session.id), session.user, session.host, session.real_host, session.command,
                           std::to_string(session.time.count()), session.state, shown_position(dump.position),
                           std::to_string(delay_milliseconds(dump, context.now)), std::to_string(dump.events),
                           std::to_string(dump.bytes), std::to_string(dump.artificial_rotates),
                           std::to_string(dump.heartbeats), std::to_string(dump.events_per_second),
                           std::to_string(dump.bytes_per_second), std::move(info), std::to_string(dump.checkpoint)});
  }
  return answer;
}

SqlRows answer_replicas(const sql::ShowReplicas& show, const ServerState& server) {
  SqlRows answer{.columns = {number_column(show.new_names ? "Server_Id" : "Server_id"), text_column("Host"),
                             number_column("Port"), number_column(show.new_names ? "Source_Id" : "Master_id")},
                 .rows = {}};
  const bool with_uuid = !is_mariadb(server.server_version());
  if (with_uuid) answer.columns.push_back(text_column(show.new_names ? "Replica_UUID" : "Slave_UUID"));
  for (const ReplicaInfo& replica : server.replicas()) {
    const std::uint32_t source = replica.source_id == 0 ? server.server_id() : replica.source_id;
    auto& row = answer.rows.emplace_back(std::vector<Cell>{std::to_string(replica.server_id), replica.host,
                                                           std::to_string(replica.port), std::to_string(source)});
    if (with_uuid) row.emplace_back(replica.uuid);
  }
  return answer;
}

Result<void> execute_kill(const sql::Kill& kill, const EvaluationContext& context, ServerState& server) {
  const auto value = evaluate(kill.id, context);
  if (!value) return std::unexpected(value.error());
  const std::string text = sql::text_of(*value).value_or("0");
  std::uint64_t id = 0;
  const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (failed != std::errc() || stop != text.data() + text.size()) id = 0;
  const auto unknown = [&] {
    return fail(ErrorKind::not_found, fmt::format("Unknown thread id: {}", id), sql::error_code::no_such_thread);
  };
  const auto sessions = server.sessions();
  const auto found = std::ranges::find(sessions, id, &SessionInfo::id);
  if (found == sessions.end()) return unknown();
  if (!may_see(context.client, *found)) {
    return fail(ErrorKind::refused, fmt::format("You are not owner of thread {}", id), sql::error_code::kill_denied);
  }
  const auto scope = kill.query_only ? KillScope::statement : KillScope::connection;
  if (!server.kill(found->id, scope, context.client.connection_id)) return unknown();
  if (found->id == context.client.connection_id) {
    return fail(ErrorKind::closed, "Query execution was interrupted", sql::error_code::interrupted);
  }
  return {};
}

}  // namespace sluice::answers
