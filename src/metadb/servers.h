#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "metadb/history.h"
#include "metadb/instance_report.h"
#include "metadb/meta_db.h"
#include "metadb/revisions.h"
#include "metadb/states.h"

namespace sluice::metadb {

/// Who a server is and where. `id` is made once and kept in a file of the server.
struct ServerIdentity {
  std::string id{};
  std::string address{};  ///< at which the other servers and subscribers reach it
  std::uint16_t port = 0;
  std::string region{};
  std::string idc{};
  std::string zone{};
  std::string group{};
  std::string configuration = "{}";  ///< JSON, as SHOW NODES shows it
};

struct Server {
  ServerIdentity identity{};
  ServerState state = ServerState::offline;  ///< as stored
  std::chrono::microseconds state_age{};     ///< since that state was stored, by the MetaDB's clock
  bool pause_wanted = false;                 ///< a person wants nothing new on it
  std::int64_t incarnation = 0;              ///< how often it has registered
  std::chrono::microseconds heartbeat{};     ///< when it last beat, by the MetaDB's clock: since 1970
  std::chrono::microseconds beat_age{};      ///< how long ago that was when the MetaDB answered
  std::string metrics = "{}";                ///< JSON
};

/// A server says it is there, at its start, and so is ONLINE. Returns its incarnation, which goes with each of its
/// beats: a second process that registers under the same id makes the beats of the first fail. Refused if another id
/// has its address, and, on an SQLite file, if any other server has registered.
[[nodiscard]] Result<std::int64_t> register_server(MetaDb& database, const ServerIdentity& identity);

/// Refused on an SQLite file at which another server has registered: a file is of one host.
[[nodiscard]] Result<void> check_alone(MetaDb& database, const std::string& id);

/// What a server sends with every beat. One statement, however many instances it has.
struct Beat {
  std::string id{};
  std::int64_t incarnation = 0;
  std::string metrics = "{}";  ///< JSON
  std::span<const InstanceReport> instances{};
};
/// Who beats is ONLINE, whatever others judged. Refused if the server has been removed, or registered again since.
[[nodiscard]] Result<void> beat(MetaDb& database, const Beat& beat);

/// How much of each server is read: whether it lives, which all ask all the time, or everything.
enum class ServerDetail : std::uint8_t { liveness, everything };
/// All servers by id. With `liveness`, configuration and metrics are left at "{}". One statement.
[[nodiscard]] Result<std::vector<Server>> list_servers(MetaDb& database, ServerDetail detail);

struct Sight {
  std::vector<Server> servers{};  ///< as list_servers() gives them, with `liveness`
  Revisions revisions{};
};
/// What each server looks at with every beat. One statement.
[[nodiscard]] Result<Sight> read_sight(MetaDb& database);

/// One of them, with `liveness`. not_found if there is no such server.
[[nodiscard]] Result<Server> read_server(MetaDb& database, const std::string& id);

/// What a server last said of its instances. not_found if there is no such server.
[[nodiscard]] Result<std::vector<InstanceReport>> read_reports(MetaDb& database, const std::string& id);

struct ServerReports {
  std::string id{};
  std::chrono::microseconds heartbeat{};  ///< when it last beat, by the MetaDB's clock
  std::chrono::microseconds beat_age{};   ///< how old they are
  std::vector<InstanceReport> instances{};
};
/// What all servers last said, by id; nothing of one whose words cannot be read. One statement, but a large answer
/// (some 15 KB for 100 instances a server): for SHOW and for decisions, not for every beat.
[[nodiscard]] Result<std::vector<ServerReports>> list_reports(MetaDb& database);

/// Stores what was judged of a server by what list_servers() told of it (`seen`): only if it is in that state still and
/// has not beaten since. True for one of all who try: the one who acts.
[[nodiscard]] Result<bool> judge_server(MetaDb& database, const Server& seen, ServerState to);

/// Sets or takes away a person's mark, with the decision. False if it is so already; not_found if there is no such
/// server.
[[nodiscard]] Result<bool> want_pause(MetaDb& database, const std::string& id, bool wanted, const Decision& decision);

/// Forgets a server; refused while instances that are not dropped are placed on it.
[[nodiscard]] Result<void> remove_server(MetaDb& database, const std::string& id);

}  // namespace sluice::metadb
