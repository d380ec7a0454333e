#include "capture/mysql/mariadb_translation.h"

#include <fmt/format.h>

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "binlog/other_events.h"
#include "binlog/query_event.h"
#include "binlog/rows_event.h"
#include "binlog/table_map_event.h"

namespace sluice::capture {
namespace {

using binlog::EventHeader;
using binlog::EventType;

constexpr std::uint32_t unpacked_size_max = 1U << 30U;

// Header flags with the same meaning in both: thread specific (temporary tables), suppress USE.
constexpr std::uint16_t common_header_flags = 0x0004 | 0x0008;
// Rows flags with the same meaning in both: statement end, no foreign key checks, relaxed unique checks, complete rows.
constexpr std::uint16_t common_rows_flags = 0x000F;
constexpr std::uint16_t common_table_map_flags = 0x0001;
// FLAGS2 bits MySQL writes: auto_is_null, not_autocommit, no_foreign_key_checks, relaxed_unique_checks.
constexpr std::uint64_t common_options = (1U << 14U) | (1U << 19U) | (1U << 26U) | (1U << 27U);
// sql_mode bits of MySQL 5.7. Bit 4 and those above 31 mean other things in MariaDB; MAXDB, ORACLE and the like (8-17)
// and NO_AUTO_CREATE_USER (28) stop a MySQL 8 replica and do not change what a logged statement does.
constexpr std::uint64_t common_sql_modes = 0xFFFFFFFFULL & ~((1ULL << 4U) | (0x3FFULL << 8U) | (1ULL << 28U));
// Collations from here on are MariaDB's own (uca1400 and others); utf8mb4_general_ci is what MySQL is told instead.
constexpr std::uint64_t foreign_collations = 256;
constexpr std::uint64_t utf8mb4_general_ci = 45;

enum StatusVariable : std::uint8_t {
  flags2 = 0,
  sql_mode = 1,
  catalog_zero = 2,
  auto_increment = 3,
  charset = 4,
  time_zone = 5,
  catalog = 6,
  lc_time_names = 7,
  charset_database = 8,
  table_map_for_update = 9,
  master_data_written = 10,
  invoker = 11,
  first_of_mariadb = 128,
};

EventType rows_v2_type(EventType type) {
  switch (type) {
    case EventType::write_rows_v1:
      return EventType::write_rows;
    case EventType::update_rows_v1:
      return EventType::update_rows;
    case EventType::delete_rows_v1:
      return EventType::delete_rows;
    default:
      return type;
  }
}

/// v2 has a block of extra data, here an empty one, behind table id and flags.
Result<Bytes> rows_v2_body(EventType type, ByteView body) {
  ByteReader reader(body);
  const std::uint64_t table_id = reader.u48();
  const std::uint16_t flags = reader.u16();
  if (!reader.ok()) return fail(ErrorKind::corrupt, "a rows event is shorter than its fixed part");
  if (rows_v2_type(type) == type) reader.skip(reader.u16() - 2U);
  if (!reader.ok()) return fail(ErrorKind::corrupt, "a rows event's extra data goes beyond its end");
  ByteWriter writer;
  writer.u48(table_id).u16(flags & common_rows_flags).u16(2).bytes(reader.rest());
  return std::move(writer).take();
}

Result<Bytes> query_body(ByteView body) {
  auto query = binlog::decode_query_event(body);
  if (!query) return std::unexpected(std::move(query.error()));
  const auto variables = plain_status_variables(query->status_variables);
  if (!variables) return std::unexpected(variables.error());
  query->status_variables = *variables;
  return binlog::encode_query_event(*query);
}

}  // namespace

Result<Bytes> plain_status_variables(ByteView variables) {
  ByteReader reader(variables);
  ByteWriter plain;
  const auto copy = [&](std::size_t size) { plain.bytes(reader.bytes(size)); };
  while (reader.remaining() > 0) {
    const std::uint8_t code = reader.u8();
    // MariaDB's own stand behind those that MySQL has too.
    if (code >= first_of_mariadb) break;
    plain.u8(code);
    switch (code) {
      case flags2:
        plain.u32(reader.u32() & common_options);
        break;
      case sql_mode:
        plain.u64(reader.u64() & common_sql_modes);
        break;
      case catalog_zero:
      case time_zone:
      case catalog: {
        const std::uint8_t size = reader.u8();
        plain.u8(size);
        copy(size + (code == catalog_zero ? 1U : 0U));
        break;
      }
      case charset:
        for (int i = 0; i < 3; ++i) {
          const std::uint16_t collation = reader.u16();
          plain.u16(collation >= foreign_collations ? utf8mb4_general_ci : collation);
        }
        break;
      case charset_database: {
        const std::uint16_t collation = reader.u16();
        plain.u16(collation >= foreign_collations ? utf8mb4_general_ci : collation);
        break;
      }
      case lc_time_names:
        copy(2);
        break;
      case auto_increment:
      case master_data_written:
        copy(4);
        break;
      case table_map_for_update:
        copy(8);
        break;
      case invoker:
        for (int i = 0; i < 2; ++i) {
          const std::uint8_t size = reader.u8();
          plain.u8(size);
          copy(size);
        }
        break;
      default:
        return fail(ErrorKind::unsupported,
                    fmt::format("a statement has status variable {}, which MariaDB is not known to write", code));
    }
    if (!reader.ok())
      return fail(ErrorKind::corrupt, fmt::format("a statement's status variable {} goes beyond its block", code));
  }
  return std::move(plain).take();
}

Result<Bytes> MariadbTranslation::table_map_body(ByteView body) {
  const auto map = binlog::decode_table_map_event(body);
  if (!map) return std::unexpected(map.error());
  Bytes plain(body.begin(), body.end());
  store_little_endian(plain.data() + 6, map->flags & common_table_map_flags, 2);
  if (auto mapped = compressed_columns_.map(plain); !mapped) return std::unexpected(std::move(mapped.error()));
  return plain;
}

Result<Bytes> MariadbTranslation::rows_body(EventType type, ByteView body) {
  const auto plain = compressed_columns_.plain_rows(type, body);
  if (!plain) return std::unexpected(plain.error());
  return rows_v2_body(type, *plain ? ByteView(**plain) : body);
}

Result<TranslatedEvent> MariadbTranslation::translate(const EventHeader& header, ByteView body) {
  TranslatedEvent event{.header = header, .body = body, .owned = {}};
  event.header.flags &= common_header_flags;
  event.header.type = binlog::plain_type(header.type);

  Bytes unpacked;
  if (event.header.type != header.type) {
    auto plain = binlog::decompress_mariadb_event(header.type, body, unpacked_size_max);
    if (!plain) return std::unexpected(std::move(plain.error()));
    unpacked = std::move(*plain);
    body = unpacked;
  }
  Result<Bytes> made;
  switch (event.header.type) {
    case EventType::query:
      made = query_body(body);
      break;
    case EventType::table_map:
      made = table_map_body(body);
      break;
    case EventType::mariadb_annotate_rows:
      event.header.type = EventType::rows_query;
      event.header.flags |= binlog::flag_ignorable;
      made = binlog::encode_rows_query_event(as_text(body));
      break;
    default:
      if (!binlog::is_rows_event(event.header.type)) return event;
      made = rows_body(event.header.type, body);
      event.header.type = rows_v2_type(event.header.type);
  }
  if (!made) return std::unexpected(std::move(made.error()));
  event.owned = std::move(*made);
  event.body = event.owned;
  return event;
}

std::optional<Bytes> mariadb_transaction_start(const binlog::MariadbGtidEvent& gtid) {
  using binlog::MariadbGtidEvent;
  if ((gtid.flags & (MariadbGtidEvent::standalone | MariadbGtidEvent::completed_xa)) != 0) {
    return std::nullopt;
  }
  ByteWriter variables;
  variables.u8(flags2).u32(0);
  variables.u8(sql_mode).u64(0);
  variables.u8(catalog).u8(3).text("std");
  variables.u8(charset).u16(utf8mb4_general_ci).u16(utf8mb4_general_ci).u16(utf8mb4_general_ci);
  const bool xa = (gtid.flags & binlog::MariadbGtidEvent::prepared_xa) != 0;
  const std::string text =
      xa ? "XA START " + binlog::xid_text(gtid.xa_global_id, gtid.xa_branch_id, gtid.xa_format_id) : "BEGIN";
  return binlog::encode_query_event({.thread_id = 0,
                                     .execution_time = 0,
                                     .error_code = 0,
                                     .status_variables = variables.view(),
                                     .database = "",
                                     .text = text});
}

}  // namespace sluice::capture
