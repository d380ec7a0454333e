#pragma once

#include <string>

#include "base/bytes.h"
#include "base/error.h"

namespace sluice::mysql {

/// The types of columns and parameters (MySQL: enum_field_types; names without MYSQL_TYPE_).
enum class ColumnType : std::uint8_t {
  decimal = 0,
  tiny = 1,
  short_ = 2,
  long_ = 3,
  float_ = 4,
  double_ = 5,
  null = 6,
  timestamp = 7,
  longlong = 8,
  int24 = 9,
  date = 10,
  time = 11,
  datetime = 12,
  year = 13,
  newdate = 14,
  varchar = 15,
  bit = 16,
  timestamp2 = 17,
  datetime2 = 18,
  time2 = 19,
  vector = 242,
  json = 245,
  newdecimal = 246,
  enum_ = 247,
  set = 248,
  tiny_blob = 249,
  medium_blob = 250,
  long_blob = 251,
  blob = 252,
  var_string = 253,
  string = 254,
  geometry = 255,
};

namespace column_flag {
inline constexpr std::uint16_t not_null = 0x0001;
inline constexpr std::uint16_t unsigned_ = 0x0020;
inline constexpr std::uint16_t binary = 0x0080;
}  // namespace column_flag

inline constexpr std::uint16_t charset_utf8mb4_general_ci = 45;  ///< MariaDB and old clients know it, unlike 255
inline constexpr std::uint16_t charset_binary = 63;

/// A column of a result set (MySQL manual: "Protocol::ColumnDefinition41").
struct Column {
  std::string schema;
  std::string table;
  std::string org_table;
  std::string name;
  std::string org_name;
  std::uint16_t charset = charset_utf8mb4_general_ci;
  std::uint32_t length = 1024;  ///< the longest value, in bytes; clients only use it to lay out tables
  ColumnType type = ColumnType::var_string;
  std::uint16_t flags = 0;
  std::uint8_t decimals = 31;  ///< 31: not a number
};

/// VAR_STRING in utf8mb4.
[[nodiscard]] Column text_column(std::string name, std::uint32_t length = 1024);
/// LONGLONG; unsigned unless said otherwise.
[[nodiscard]] Column integer_column(std::string name, bool is_unsigned = true);

[[nodiscard]] Bytes encode_column(const Column& column);
[[nodiscard]] Result<Column> decode_column(ByteView payload);

}  // namespace sluice::mysql
