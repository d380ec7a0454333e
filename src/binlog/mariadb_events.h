#pragma once

#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "binlog/event_type.h"

namespace sluice::binlog {

/// A MariaDB GTID, domain-server-sequence.
struct MariadbGtid {
  std::uint32_t domain = 0;
  std::uint32_t server_id = 0;
  std::uint64_t sequence = 0;

  bool operator==(const MariadbGtid&) const = default;
  [[nodiscard]] std::string text() const;  ///< "0-1-100"
};

/// "0-1-100,1-5-3"; empty text gives none. Refuses what MariaDB refuses.
[[nodiscard]] Result<std::vector<MariadbGtid>> parse_mariadb_gtids(std::string_view text);

/// GTID_EVENT (162) of MariaDB (its knowledge base: "GTID_EVENT"). The server id stands in the event's header.
struct MariadbGtidEvent {
  static constexpr std::uint8_t standalone = 0x01;
  static constexpr std::uint8_t group_commit = 0x02;
  static constexpr std::uint8_t transactional = 0x04;
  static constexpr std::uint8_t allow_parallel = 0x08;
  static constexpr std::uint8_t waited = 0x10;
  static constexpr std::uint8_t ddl = 0x20;
  static constexpr std::uint8_t prepared_xa = 0x40;
  static constexpr std::uint8_t completed_xa = 0x80;

  std::uint64_t sequence = 0;
  std::uint32_t domain = 0;
  std::uint8_t flags = 0;
  std::uint64_t commit_id = 0;  ///< with group_commit
  /// With prepared_xa or completed_xa: the XA transaction; views into the body.
  std::int32_t xa_format_id = 0;
  std::string_view xa_global_id;
  std::string_view xa_branch_id;
};
[[nodiscard]] Result<MariadbGtidEvent> decode_mariadb_gtid_event(ByteView body);

/// GTID_LIST_EVENT (163): the last GTID of each domain and server before the file.
[[nodiscard]] Result<std::vector<MariadbGtid>> decode_mariadb_gtid_list_event(ByteView body);

/// Undoes MariaDB's compression of QUERY (165) and rows events (166-171): returns the body of the plain event of
/// `plain_type(type)`. `size_max` limits what a damaged length can make us allocate.
[[nodiscard]] Result<Bytes> decompress_mariadb_event(EventType type, ByteView body, std::uint32_t size_max);

/// Appends to `into` what a value of a column with the COMPRESSED attribute holds (its knowledge base:
/// "Storage-Engine Independent Column Compression"): nothing, or a byte 0 and the value as it is, or a byte
/// 0x80 | 0x08 for deflate without zlib's frame | size of the length, the length, most significant byte first, and the
/// stream. ErrorKind::limit where `into` would get longer than `size_max`.
[[nodiscard]] Result<void> decompress_mariadb_value(ByteView stored, std::uint64_t size_max, Bytes& into);

/// 165 -> QUERY, 166-168 -> rows v1, 169-171 -> rows v2; other types are returned as they are.
[[nodiscard]] EventType plain_type(EventType type);

}  // namespace sluice::binlog
