#pragma once

#include <string>

#include "base/error.h"
#include "binlog/gtid_set.h"
#include "capture/mysql/source_options.h"
#include "mysql/client.h"

namespace sluice::capture {

/// What a source says of itself.
struct SourceFacts {
  std::string version;
  std::uint64_t version_number = 0;  ///< 80400 for 8.4.0
  std::string server;                ///< its server_uuid, or for MariaDB its server_id: see SourcePlace
  std::uint32_t server_id = 0;
  bool checksums = false;  ///< binlog_checksum is CRC32
  // What it logs beyond the changes, as its variables say: what a session of it may have otherwise.
  std::string row_metadata = "MINIMAL";  ///< or "FULL"; MariaDB: "NO_LOG" too
  bool rows_query_events = false;        ///< the statements of row changes
  bool uses_gtids = false;               ///< MySQL: gtid_mode is ON; MariaDB: always
  binlog::GtidSet executed;              ///< MySQL with GTIDs
  binlog::GtidSet purged;                ///< MySQL with GTIDs
};

/// Where a source's binlog ends.
struct SourceEnd {
  std::string file;
  std::uint64_t position = 4;
  std::string executed;  ///< MySQL: its GTID set, of the same moment
};

/// Asks the source and checks that it can be captured from: flavour, log_bin, binlog_format=ROW, full row images,
/// privileges, server ids. Each complaint says what is wrong and what to set.
[[nodiscard]] Result<SourceFacts> inspect_source(mysql::Client& client, const SourceOptions& options);

[[nodiscard]] Result<SourceEnd> source_end(mysql::Client& client, const SourceFacts& facts);

/// Names of the binlog files the source still has, oldest first.
[[nodiscard]] Result<std::vector<std::string>> source_files(mysql::Client& client);

/// What of its log the source still has, for messages: its oldest file and its purged GTIDs.
[[nodiscard]] std::string what_source_has(mysql::Client& client, const SourceFacts& facts);

/// What SHOW REPLICAS of the source names us.
[[nodiscard]] std::string replica_host(const SourceOptions& options);

}  // namespace sluice::capture
