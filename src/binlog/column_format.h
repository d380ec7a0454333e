#pragma once

#include <optional>
#include <vector>

#include "base/byte_reader.h"
#include "base/error.h"
#include "binlog/table_map_event.h"

namespace sluice::binlog {

/// Column types as TABLE_MAP has them (manual: "Table_map_event"; MariaDB's own: its knowledge base).
enum class ColumnType : std::uint8_t {
  decimal = 0,
  tiny = 1,
  short_integer = 2,
  long_integer = 3,
  float_number = 4,
  double_number = 5,
  null = 6,
  timestamp = 7,
  long_long = 8,
  integer_24 = 9,
  date = 10,
  time = 11,
  datetime = 12,
  year = 13,
  new_date = 14,
  varchar = 15,
  bit = 16,
  timestamp2 = 17,
  datetime2 = 18,
  time2 = 19,
  mariadb_blob_compressed = 140,
  mariadb_varchar_compressed = 141,
  vector = 242,
  json = 245,
  new_decimal = 246,
  enumeration = 247,
  set = 248,
  tiny_blob = 249,
  medium_blob = 250,
  long_blob = 251,
  blob = 252,
  var_string = 253,
  string = 254,
  geometry = 255,
};

/// How the values of one column stand in row images.
struct ColumnFormat {
  ColumnType type = ColumnType::null;
  std::uint8_t metadata_size = 0;  ///< 0 to 2
  std::uint16_t metadata = 0;      ///< the column's bytes of the metadata block, the first one lowest
};

/// One for each column of a table. ErrorKind::unsupported for a type that is not known, since nothing behind it can be
/// found; invalid where the metadata is not the columns'.
[[nodiscard]] Result<std::vector<ColumnFormat>> column_formats(const TableMapEvent& map);

/// How many bytes the length in front of a VARCHAR, BLOB or other value of changing size takes; 0 for types whose
/// values need none.
[[nodiscard]] std::size_t length_size(const ColumnFormat& format);

/// Reads past one value that is not NULL. Returns the whole of it, its length included; the reader fails where it goes
/// beyond the end.
ByteView read_value(const ColumnFormat& format, ByteReader& reader);

}  // namespace sluice::binlog
