#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/log_position.h"

namespace sluice::answers {

/// One connection at one moment, as SHOW PROCESSLIST tells it.
struct SessionInfo {
  std::uint32_t id = 0;
  std::string user{};            ///< "unauthenticated user" before log-in
  std::string host{};            ///< "192.0.2.7:51234"
  std::string real_host{};       ///< the client's own address, if a proxy named it; else as `host`
  std::string database{};        ///< empty for none
  std::string command{};         ///< MySQL's word: "Sleep", "Query", "Binlog Dump GTID"
  std::chrono::seconds time{0};  ///< since the command began, or since the last one ended
  std::string state{};
  std::optional<std::string> statement{};  ///< what runs, at most session_statement_size_max bytes of it
};

inline constexpr std::size_t session_statement_size_max = 64U << 10U;

/// A subscriber that has registered itself (COM_REGISTER_SLAVE), as it said.
struct ReplicaInfo {
  std::uint32_t connection_id = 0;
  std::uint32_t server_id = 0;
  std::string host{};
  std::uint16_t port = 0;
  std::uint32_t source_id = 0;  ///< 0: it did not say
  std::string uuid{};           ///< empty if it did not say
};

/// One running dump at one moment, as SHOW BINLOG DUMPLIST tells it.
struct DumpInfo {
  SessionInfo session{};
  store::LogPosition position{};         ///< behind the last event handed to the system
  std::uint64_t events = 0;              ///< of the log, sent
  std::uint64_t bytes = 0;               ///< sent, framing and artificial events included
  std::uint64_t artificial_rotates = 0;  ///< sent
  std::uint64_t heartbeats = 0;          ///< sent
  std::uint64_t events_per_second = 0;   ///< mean of the last five whole seconds
  std::uint64_t bytes_per_second = 0;    ///< the same
  std::uint32_t checkpoint = 0;          ///< seconds since 1970: the time of the last event sent; 0: none yet
  bool caught_up = false;                ///< has everything there is

  // What the subscriber asked for and said of itself.
  std::uint32_t server_id = 0;
  std::string uuid{};
  std::string file{};  ///< as asked for; empty: where its GTIDs say, or the oldest
  std::uint64_t start = 0;
  std::uint16_t flags = 0;
  std::string known_gtids{};  ///< empty without COM_BINLOG_DUMP_GTID
  bool checksums = false;
  bool semi_sync = false;
  std::uint64_t acknowledgements = 0;  ///< received
  std::string acknowledged{};          ///< "mysql-bin.000003:1234": the last place acknowledged; empty: none
};

/// What KILL ends.
enum class KillScope : std::uint8_t { connection, statement };

}  // namespace sluice::answers
