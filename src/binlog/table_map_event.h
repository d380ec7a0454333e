#pragma once

#include "base/bytes.h"
#include "base/error.h"

namespace sluice::binlog {

/// The part of TABLE_MAP that names the table (manual: "Table_map_event"). Views into the body.
struct TableMapEvent {
  std::uint64_t table_id = 0;
  std::uint16_t flags = 0;
  std::string_view database;
  std::string_view table;
  ByteView column_types;       ///< one byte a column
  ByteView metadata;           ///< the types' metadata block
  ByteView null_bits;          ///< a bit a column
  ByteView optional_metadata;  ///< type-length-value fields, empty before MySQL 8 and MariaDB 10.5
};

[[nodiscard]] Result<TableMapEvent> decode_table_map_event(ByteView body);

/// The table id of a TABLE_MAP or rows event's body (its first six bytes).
[[nodiscard]] inline std::uint64_t table_id_of(ByteView body) {
  return body.size() < 6 ? 0 : load_little_endian(body.data(), 6);
}

/// The id of a rows event that maps no table but only ends a statement.
inline constexpr std::uint64_t table_id_none = 0x00FFFFFF;

}  // namespace sluice::binlog
