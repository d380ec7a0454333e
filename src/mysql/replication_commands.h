#pragma once

#include <string>

#include "base/bytes.h"
#include "base/error.h"

namespace sluice::mysql {

/// What a replica sends to get the binlog (MySQL manual: "Replication Protocol"). All payloads begin with the command
/// byte.

namespace dump_flag {
inline constexpr std::uint16_t non_block = 0x0001;           ///< end with EOF at the end of the binlog
inline constexpr std::uint16_t send_annotate_rows = 0x0002;  ///< from MariaDB's clients: ANNOTATE_ROWS events, too
inline constexpr std::uint16_t heartbeat_v2 =
    0x0002;  ///< from MySQL's clients since 8.0.26: HEARTBEAT_V2 is understood
inline constexpr std::uint16_t through_gtid = 0x0004;  ///< set by some clients with COM_BINLOG_DUMP_GTID; means nothing
}  // namespace dump_flag

inline constexpr std::size_t binlog_name_size_max = 511;  ///< as in mysqld

/// COM_BINLOG_DUMP: from a place in a file.
struct BinlogDump {
  std::uint32_t position = 4;
  std::uint16_t flags = 0;
  std::uint32_t server_id = 0;  ///< the replica's
  std::string file;             ///< empty: the oldest file
};

/// COM_BINLOG_DUMP_GTID: what is not in a set of GTIDs.
struct BinlogDumpGtid {
  std::uint16_t flags = 0;
  std::uint32_t server_id = 0;
  std::string file;  ///< usually empty; a server looks at the set only
  std::uint64_t position = 4;
  Bytes gtid_set;  ///< as binlog::GtidSet::encode writes it; empty if the field is missing
};

/// COM_REGISTER_SLAVE: what SHOW REPLICAS shows. Each text has at most 255 bytes.
struct RegisterReplica {
  std::uint32_t server_id = 0;
  std::string host;
  std::string user;
  std::string password;  ///< secret: neither show nor log it
  std::uint16_t port = 0;
  std::uint32_t rank = 0;
  std::uint32_t source_id = 0;
};

[[nodiscard]] Bytes encode_binlog_dump(const BinlogDump& dump);
/// The file name is the rest of the payload, up to a zero byte if there is one.
[[nodiscard]] Result<BinlogDump> decode_binlog_dump(ByteView payload);

[[nodiscard]] Bytes encode_binlog_dump_gtid(const BinlogDumpGtid& dump);
/// A GTID set that is missing altogether is taken as empty; one that is cut short is not.
[[nodiscard]] Result<BinlogDumpGtid> decode_binlog_dump_gtid(ByteView payload);

[[nodiscard]] Bytes encode_register_replica(const RegisterReplica& replica);
/// Fields missing behind the password are zero.
[[nodiscard]] Result<RegisterReplica> decode_register_replica(ByteView payload);

}  // namespace sluice::mysql
