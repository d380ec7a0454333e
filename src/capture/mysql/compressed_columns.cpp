#include "capture/mysql/compressed_columns.h"

#include <algorithm>

#include <fmt/format.h>

#include "binlog/mariadb_events.h"
#include "binlog/rows_event.h"

namespace sluice::capture {
namespace {

using binlog::ColumnFormat;
using binlog::ColumnType;

bool is_compressed(const ColumnFormat& format) {
  return format.type == ColumnType::mariadb_blob_compressed || format.type == ColumnType::mariadb_varchar_compressed;
}

/// Both products know a column as this. VARCHAR's metadata is the longest value; with COMPRESSED it counts the byte
/// that stands before a value, too.
ColumnFormat plain_format(ColumnFormat format) {
  if (format.type == ColumnType::mariadb_blob_compressed) {
    format.type = ColumnType::blob;
  } else {
    format.type = ColumnType::varchar;
    --format.metadata;
  }
  return format;
}

bool has_bit(ByteView bits, std::size_t index) {
  return (bits[index / 8] >> (index % 8U) & 1U) != 0;
}

void append(Bytes& into, ByteView bytes) {
  into.insert(into.end(), bytes.begin(), bytes.end());
}

}  // namespace

Result<void> CompressedColumns::map(Bytes& table_map) {
  const auto map = binlog::decode_table_map_event(table_map);
  if (!map) return std::unexpected(map.error());
  tables_.erase(map->table_id);
  const bool concerned = std::ranges::any_of(
      map->column_types, [](std::uint8_t type) { return is_compressed({.type = static_cast<ColumnType>(type)}); });
  if (!concerned) return {};
  auto columns = binlog::column_formats(*map);
  if (!columns) return std::unexpected(std::move(columns.error()));

  std::uint8_t* type = table_map.data() + (map->column_types.data() - table_map.data());
  std::uint8_t* metadata = table_map.data() + (map->metadata.data() - table_map.data());
  for (const ColumnFormat& column : *columns) {
    if (is_compressed(column)) {
      const ColumnFormat plain = plain_format(column);
      *type = static_cast<std::uint8_t>(plain.type);
      store_little_endian(metadata, plain.metadata, plain.metadata_size);
    }
    ++type;
    metadata += column.metadata_size;
  }
  tables_.insert_or_assign(
      map->table_id, Table{.name = fmt::format("{}.{}", map->database, map->table), .columns = std::move(*columns)});
  return {};
}

Result<std::optional<Bytes>> CompressedColumns::plain_rows(binlog::EventType type, ByteView body) {
  if (tables_.empty()) return std::nullopt;
  const auto found = tables_.find(binlog::table_id_of(body));
  std::optional<Bytes> plain;
  if (found != tables_.end()) {
    auto made = plain_rows(found->second, type, body);
    if (!made) return made;
    plain = std::move(*made);
  }
  const bool statement_ends =
      body.size() >= 8 && (load_little_endian(body.data() + 6, 2) & binlog::RowsEvent::flag_statement_end) != 0;
  if (statement_ends) clear();
  return plain;
}

Result<std::optional<Bytes>> CompressedColumns::plain_rows(const Table& table, binlog::EventType type,
                                                           ByteView body) const {
  const auto rows = binlog::decode_rows_event(type, body);
  if (!rows) return std::unexpected(rows.error());
  if (rows->column_count != table.columns.size()) {
    return fail(ErrorKind::corrupt, fmt::format("a rows event for {} has {} columns, its TABLE_MAP {}", table.name,
                                                rows->column_count, table.columns.size()));
  }
  const auto concerned = [&](ByteView present) {
    for (std::size_t i = 0; !present.empty() && i < table.columns.size(); ++i) {
      if (is_compressed(table.columns[i]) && has_bit(present, i)) return true;
    }
    return false;
  };
  // Each row then takes a byte at least, so that the loop ends.
  if (!concerned(rows->columns_present) && !concerned(rows->columns_present_after)) return std::nullopt;

  Bytes plain(body.begin(), body.end() - static_cast<std::ptrdiff_t>(rows->rows.size()));
  ByteReader reader(rows->rows);
  while (reader.remaining() > 0) {
    if (auto done = plain_image(table, rows->columns_present, reader, plain); !done)
      return std::unexpected(std::move(done.error()));
    if (rows->columns_present_after.empty()) continue;
    if (auto done = plain_image(table, rows->columns_present_after, reader, plain); !done)
      return std::unexpected(std::move(done.error()));
  }
  return plain;
}

/// One row image: a bit for each column that is there, set where it is NULL, then the values.
Result<void> CompressedColumns::plain_image(const Table& table, ByteView present, ByteReader& reader,
                                            Bytes& into) const {
  std::size_t count = 0;
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    count += has_bit(present, i) ? 1U : 0U;
  const ByteView nulls = reader.bytes((count + 7) / 8);
  append(into, nulls);
  std::size_t index = 0;
  for (std::size_t i = 0; i < table.columns.size() && reader.ok(); ++i) {
    if (!has_bit(present, i) || has_bit(nulls, index++)) continue;
    const ByteView value = binlog::read_value(table.columns[i], reader);
    if (!reader.ok()) break;
    if (!is_compressed(table.columns[i])) {
      append(into, value);
    } else if (auto done = plain_value(table, i, value, into); !done) {
      return done;
    }
  }
  if (!reader.ok())
    return fail(ErrorKind::corrupt, fmt::format("a row of {} goes beyond the end of its event", table.name));
  if (into.size() > size_max_) {
    return fail(ErrorKind::unsupported, fmt::format("a rows event of {} unpacks to more than {} bytes; make its rows "
                                                    "smaller, or its columns not COMPRESSED",
                                                    table.name, size_max_));
  }
  return {};
}

Result<void> CompressedColumns::plain_value(const Table& table, std::size_t column, ByteView value, Bytes& into) const {
  const ColumnFormat& format = table.columns[column];
  const ColumnFormat plain = plain_format(format);
  const std::size_t at = into.size();
  const std::size_t prefix = binlog::length_size(plain);
  into.resize(at + prefix);
  if (auto done = binlog::decompress_mariadb_value(value.subspan(binlog::length_size(format)), size_max_, into);
      !done) {
    const bool final = done.error().kind == ErrorKind::limit || done.error().kind == ErrorKind::unsupported;
    return fail(
        final ? ErrorKind::unsupported : ErrorKind::corrupt,
        fmt::format("a value of the COMPRESSED column {} of {}: {}", column + 1, table.name, done.error().message));
  }
  const std::uint64_t size = into.size() - at - prefix;
  const std::uint64_t longest = plain.type == ColumnType::varchar ? plain.metadata : (1ULL << (8U * prefix)) - 1;
  if (size > longest) {
    return fail(ErrorKind::corrupt, fmt::format("a value of the COMPRESSED column {} of {} has {} bytes; {} fit in it",
                                                column + 1, table.name, size, longest));
  }
  store_little_endian(into.data() + at, size, prefix);
  return {};
}

}  // namespace sluice::capture
