#include "binlog/column_format.h"

#include <fmt/format.h>

namespace sluice::binlog {
namespace {

std::optional<std::uint8_t> metadata_size_of(ColumnType type) {
  switch (type) {
    case ColumnType::tiny:
    case ColumnType::short_integer:
    case ColumnType::long_integer:
    case ColumnType::null:
    case ColumnType::timestamp:
    case ColumnType::long_long:
    case ColumnType::integer_24:
    case ColumnType::date:
    case ColumnType::time:
    case ColumnType::datetime:
    case ColumnType::year:
    case ColumnType::new_date:
      return 0;
    case ColumnType::float_number:
    case ColumnType::double_number:
    case ColumnType::timestamp2:
    case ColumnType::datetime2:
    case ColumnType::time2:
    case ColumnType::mariadb_blob_compressed:
    case ColumnType::vector:
    case ColumnType::json:
    case ColumnType::tiny_blob:
    case ColumnType::medium_blob:
    case ColumnType::long_blob:
    case ColumnType::blob:
    case ColumnType::geometry:
      return 1;
    case ColumnType::varchar:
    case ColumnType::bit:
    case ColumnType::mariadb_varchar_compressed:
    case ColumnType::new_decimal:
    case ColumnType::enumeration:
    case ColumnType::set:
    case ColumnType::var_string:
    case ColumnType::string:
      return 2;
    default:
      return std::nullopt;
  }
}

/// Nine digits take four bytes, fewer take what they need.
std::size_t decimal_size(std::size_t precision, std::size_t scale) {
  constexpr std::size_t sizes[] = {0, 1, 1, 2, 2, 3, 3, 4, 4};
  const auto digits = [&](std::size_t count) { return count / 9 * 4 + sizes[count % 9]; };
  return digits(precision - scale) + digits(scale);
}

/// STRING's first metadata byte is the real type, of which two bits, turned over, are bits 8 and 9 of the length.
struct StringFormat {
  ColumnType type;
  std::size_t length;
};

StringFormat string_format(std::uint16_t metadata) {
  constexpr unsigned length_bits = 0x30;
  const unsigned first = metadata & 0xFFU;
  const std::size_t low = metadata >> 8U;
  return {static_cast<ColumnType>(first | length_bits), low | ((first & length_bits) ^ length_bits) << 4U};
}

bool is_sound(const ColumnFormat& format) {
  switch (format.type) {
    case ColumnType::timestamp2:
    case ColumnType::datetime2:
    case ColumnType::time2:
      return format.metadata <= 6;
    case ColumnType::new_decimal:
      return (format.metadata >> 8U) <= (format.metadata & 0xFFU);
    case ColumnType::mariadb_blob_compressed:
    case ColumnType::vector:
    case ColumnType::json:
    case ColumnType::tiny_blob:
    case ColumnType::medium_blob:
    case ColumnType::long_blob:
    case ColumnType::blob:
    case ColumnType::geometry:
      return format.metadata >= 1 && format.metadata <= 4;
    case ColumnType::mariadb_varchar_compressed:
      return format.metadata >= 1;
    default:
      return true;
  }
}

/// The size of values that all have the same.
std::size_t fixed_size(const ColumnFormat& format) {
  const std::size_t first = format.metadata & 0xFFU;
  const std::size_t second = format.metadata >> 8U;
  const std::size_t fraction = (first + 1) / 2;
  switch (format.type) {
    case ColumnType::tiny:
    case ColumnType::year:
      return 1;
    case ColumnType::short_integer:
      return 2;
    case ColumnType::integer_24:
    case ColumnType::date:
    case ColumnType::new_date:
    case ColumnType::time:
      return 3;
    case ColumnType::long_integer:
    case ColumnType::timestamp:
      return 4;
    case ColumnType::long_long:
    case ColumnType::datetime:
      return 8;
    case ColumnType::float_number:
    case ColumnType::double_number:
      return first;
    case ColumnType::timestamp2:
      return 4 + fraction;
    case ColumnType::datetime2:
      return 5 + fraction;
    case ColumnType::time2:
      return 3 + fraction;
    case ColumnType::bit:
      return second + (first > 0 ? 1U : 0U);
    case ColumnType::new_decimal:
      return decimal_size(first, second);
    case ColumnType::enumeration:
    case ColumnType::set:
    case ColumnType::string:  // where it holds one of these two
      return second;
    default:
      return 0;
  }
}

}  // namespace

Result<std::vector<ColumnFormat>> column_formats(const TableMapEvent& map) {
  std::vector<ColumnFormat> formats;
  formats.reserve(map.column_types.size());
  ByteReader metadata(map.metadata);
  for (const std::uint8_t type : map.column_types) {
    ColumnFormat format{.type = static_cast<ColumnType>(type)};
    const auto size = metadata_size_of(format.type);
    if (!size) {
      return fail(ErrorKind::unsupported, fmt::format("column {} of {}.{} has type {}, which is not known",
                                                      formats.size() + 1, map.database, map.table, type));
    }
    format.metadata_size = *size;
    if (*size > 0) format.metadata = static_cast<std::uint16_t>(metadata.number(*size));
    if (!metadata.ok() || !is_sound(format)) {
      return fail(ErrorKind::invalid, fmt::format("the metadata of column {} of {}.{} is malformed", formats.size() + 1,
                                                  map.database, map.table));
    }
    formats.push_back(format);
  }
  return formats;
}

std::size_t length_size(const ColumnFormat& format) {
  switch (format.type) {
    case ColumnType::varchar:
    case ColumnType::var_string:
    case ColumnType::mariadb_varchar_compressed:
      return format.metadata > 255 ? 2 : 1;
    case ColumnType::mariadb_blob_compressed:
    case ColumnType::vector:
    case ColumnType::json:
    case ColumnType::tiny_blob:
    case ColumnType::medium_blob:
    case ColumnType::long_blob:
    case ColumnType::blob:
    case ColumnType::geometry:
      return format.metadata;
    case ColumnType::string: {
      const StringFormat string = string_format(format.metadata);
      if (string.type == ColumnType::enumeration || string.type == ColumnType::set) return 0;
      return string.length > 255 ? 2 : 1;
    }
    default:
      return 0;
  }
}

ByteView read_value(const ColumnFormat& format, ByteReader& reader) {
  const std::size_t prefix = length_size(format);
  if (prefix == 0) return reader.bytes(fixed_size(format));
  ByteReader ahead = reader;
  return reader.bytes(prefix + static_cast<std::size_t>(ahead.number(prefix)));
}

}  // namespace sluice::binlog
