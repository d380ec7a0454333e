#include "binlog/event_info.h"

#include <optional>

#include <fmt/format.h>

#include "base/byte_reader.h"
#include "binlog/gtid_event.h"
#include "binlog/gtid_set.h"
#include "binlog/other_events.h"
#include "binlog/query_event.h"
#include "binlog/table_map_event.h"
#include "binlog/transaction_payload.h"

namespace sluice::binlog {
namespace {

/// The event's statement does not depend on the current database (log_event.h, LOG_EVENT_SUPPRESS_USE_F).
constexpr std::uint16_t flag_suppress_use = 0x0008;

std::string quoted(std::string_view name) {
  std::string text = "`";
  for (const char character : name) {
    if (character == '`') text += '`';
    text += character;
  }
  return text + "`";
}

/// Skips one status variable (manual: "Query_event", status_vars); false for one whose length is not known.
bool skip_status_variable(std::uint8_t code, ByteReader& reader) {
  const auto skip_counted = [&](std::size_t more = 0) { reader.skip(reader.u8() + more); };
  switch (code) {
    case 16:  // explicit defaults for timestamp
    case 19:  // sql_require_primary_key
    case 20:  // default_table_encryption
      reader.skip(1);
      return true;
    case 7:   // lc_time_names
    case 8:   // database's character set
    case 18:  // default collation of utf8mb4
      reader.skip(2);
      return true;
    case 13:  // microseconds
      reader.skip(3);
      return true;
    case 0:   // flags2
    case 3:   // auto increment
    case 10:  // size at the source
      reader.skip(4);
      return true;
    case 4:  // character sets
      reader.skip(6);
      return true;
    case 1:   // sql_mode
    case 9:   // tables of a multi-table update
    case 14:  // commit timestamps
    case 15:
      reader.skip(8);
      return true;
    case 2:  // catalog with a zero behind it
      skip_counted(1);
      return true;
    case 5:  // time zone
    case 6:  // catalog
      skip_counted();
      return true;
    case 11:  // invoker: user and host
      skip_counted();
      skip_counted();
      return true;
    case 12: {  // names of databases, each with a zero behind it
      constexpr std::uint8_t too_many = 254;
      const std::uint8_t count = reader.u8();
      for (std::uint8_t i = 0; count != too_many && i < count && reader.ok(); ++i) {
        while (reader.ok() && reader.u8() != 0) {
        }
      }
      return true;
    }
    default:
      return false;
  }
}

/// The XID of a DDL statement, which MySQL 8 notes among the status variables.
std::optional<std::uint64_t> statement_xid(ByteView status_variables) {
  constexpr std::uint8_t ddl_xid = 17;
  ByteReader reader(status_variables);
  while (reader.ok() && reader.remaining() > 0) {
    const std::uint8_t code = reader.u8();
    if (code == ddl_xid) {
      const std::uint64_t xid = reader.u64();
      return reader.ok() ? std::optional(xid) : std::nullopt;
    }
    if (!skip_status_variable(code, reader)) return std::nullopt;
  }
  return std::nullopt;
}

std::string query_info(const EventHeader& header, ByteView body) {
  const auto query = decode_query_event(body);
  if (!query) return {};
  std::string info;
  if (!query->database.empty() && (header.flags & flag_suppress_use) == 0) {
    info = "use " + quoted(query->database) + "; ";
  }
  info += query->text;
  if (const auto xid = statement_xid(query->status_variables)) info += fmt::format(" /* xid={} */", *xid);
  return info;
}

std::string format_description_info(ByteView body) {
  constexpr std::size_t version_size = 50;
  ByteReader reader(body);
  const std::uint16_t binlog_version = reader.u16();
  const std::string_view padded = as_text(reader.bytes(version_size));
  if (!reader.ok()) return {};
  return fmt::format("Server ver: {}, Binlog ver: {}", padded.substr(0, padded.find('\0')), binlog_version);
}

std::string rows_info(ByteView body) {
  constexpr std::size_t id_size = 6;
  if (body.size() < id_size + 2) return {};
  // In the order of their bits, as MySQL 9.7 names them; older versions name the first alone.
  constexpr std::string_view names[] = {"STMT_END_F", "NO_FOREIGN_KEY_CHECKS_F", "RELAXED_UNIQUE_CHECKS_F",
                                        "COMPLETE_ROWS_F", "USE_SQL_FOREIGN_KEY_F"};
  const std::uint64_t flags = load_little_endian(body.data() + id_size, 2);
  std::string text;
  for (std::size_t bit = 0; bit < std::size(names); ++bit) {
    if ((flags >> bit & 1U) != 0) text += (text.empty() ? " flags: " : " ") + std::string(names[bit]);
  }
  return fmt::format("table_id: {}{}", table_id_of(body), text);
}

std::string table_map_info(ByteView body) {
  const auto map = decode_table_map_event(body);
  return map ? fmt::format("table_id: {} ({}.{})", map->table_id, map->database, map->table) : std::string();
}

std::string payload_info(ByteView body) {
  const auto payload = decode_transaction_payload(body);
  if (!payload) return {};
  return fmt::format("compression='{}', decompressed_size={} bytes",
                     payload->compression == TransactionPayload::Compression::zstd ? "ZSTD" : "NONE",
                     payload->uncompressed_size);
}

std::string xa_info(ByteView body) {
  const auto event = decode_xa_prepare_event(body);
  if (!event) return {};
  return fmt::format("XA {} {}{}", event->one_phase ? "COMMIT" : "PREPARE",
                     xid_text(event->global_id, event->branch_id, event->format_id),
                     event->one_phase ? " ONE PHASE" : "");
}

std::string gtid_info(EventType type, ByteView body) {
  const auto event = decode_gtid_event(type, body);
  if (!event) return {};
  return fmt::format("SET @@SESSION.GTID_NEXT= '{}'",
                     type == EventType::anonymous_gtid ? "ANONYMOUS" : event->gtid.text());
}

std::string xid_info(ByteView body) {
  constexpr std::size_t size = 8;
  return body.size() < size ? std::string() : fmt::format("COMMIT /* xid={} */", load_little_endian(body.data(), size));
}

std::string rotate_info(ByteView body) {
  const auto rotate = decode_rotate_event(body);
  return rotate ? fmt::format("{};pos={}", rotate->file, rotate->position) : std::string();
}

}  // namespace

std::string event_info(const EventHeader& header, ByteView body) {
  switch (header.type) {
    case EventType::query:
      return query_info(header, body);
    case EventType::format_description:
      return format_description_info(body);
    case EventType::previous_gtids: {
      const auto set = decode_gtid_set(body);
      return set ? set->text(",\n") : std::string();
    }
    case EventType::gtid:
    case EventType::anonymous_gtid:
    case EventType::gtid_tagged:
      return gtid_info(header.type, body);
    case EventType::xid:
      return xid_info(body);
    case EventType::rotate:
      return rotate_info(body);
    case EventType::table_map:
      return table_map_info(body);
    case EventType::rows_query: {
      const auto statement = decode_rows_query_event(body);
      return statement ? "# " + std::string(*statement) : std::string();
    }
    case EventType::xa_prepare:
      return xa_info(body);
    case EventType::transaction_payload:
      return payload_info(body);
    default:
      return is_rows_event(header.type) ? rows_info(body) : std::string();
  }
}

}  // namespace sluice::binlog
