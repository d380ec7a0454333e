#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "binlog/mariadb_events.h"

namespace sluice::capture {

/// A place between two transactions of a MySQL or MariaDB server's binlog, from which it can be read.
struct SourcePlace {
  std::string server;  ///< which server's file it is: its server_uuid, or for MariaDB its server_id
  std::string file;    ///< binlog file; empty if the place is known by GTIDs only
  std::uint64_t position = 4;
  std::vector<binlog::MariadbGtid> gtids;  ///< MariaDB: the last GTID of each domain; one a domain, in their order

  bool operator==(const SourcePlace&) const = default;

  /// "server|file:position|0-1-100,1-2-3". Never empty.
  [[nodiscard]] std::string text() const;
};

[[nodiscard]] Result<SourcePlace> parse_source_place(std::string_view text);

}  // namespace sluice::capture
