#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"

namespace sluice::dump {

/// Who wants the log, from where on and in which form.
struct Subscriber {
  std::uint32_t connection_id = 0;
  std::string user;
  std::string peer;             ///< "192.0.2.7:51234"
  std::string real_host;        ///< the client's own address, if a proxy named it
  std::uint32_t server_id = 0;  ///< the subscriber's own
  std::string uuid;             ///< from @slave_uuid; empty if it has not said

  std::string file;            ///< empty: the oldest, or the one `gtid_data` asks for
  std::uint64_t position = 4;  ///< offset in `file`
  std::uint16_t flags = 0;     ///< as sent, for SHOW BINLOG DUMPLIST
  /// With COM_BINLOG_DUMP_GTID: the encoded set of what the subscriber has. Without `file` it decides where to begin.
  std::optional<Bytes> gtid_data;

  bool non_blocking = false;  ///< end with EOF at the end of the log instead of waiting for more
  std::chrono::nanoseconds heartbeat_period = std::chrono::seconds(30);  ///< 0: no heartbeats
  bool heartbeat_v2 = false;  ///< it reads HEARTBEAT_V2 where the format announces it

  /// The session's @master_binlog_checksum is CRC32. Otherwise events travel without their checksums ...
  bool checksums = false;
  /// ... unless the subscriber keeps them byte for byte as they are stored (mysqlbinlog --raw).
  bool verbatim = false;

  /// A follower of this instance: what limits subscribers does not hold for it, nor does it take one's place.
  bool follower = false;

  /// Events go out with the header of mysql/semi_sync.h, and what the subscriber acknowledges is read and kept.
  bool semi_sync = false;

  /// For messages: "192.0.2.7:51234", behind a proxy "192.0.2.7:51234 for 198.51.100.9:40000".
  [[nodiscard]] std::string name() const { return real_host.empty() ? peer : peer + " for " + real_host; }
};

}  // namespace sluice::dump
