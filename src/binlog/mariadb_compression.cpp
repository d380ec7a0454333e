#include <limits>

#include <fmt/format.h>
#include <zlib.h>

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "binlog/mariadb_events.h"
#include "binlog/query_event.h"
#include "binlog/rows_event.h"

// MariaDB leaves the head of an event as it is and replaces what follows it - a query's text, a rows event's images -
// by a byte 0x80 | method << 4 | size of the length, the length of what was there, most significant byte first, and a
// zlib stream. Source: what a MariaDB 10.11 server with log_bin_compress writes; knowledge base "Compressing Events".

namespace sluice::binlog {
namespace {

/// A zlib stream of n bytes never unpacks to more than 1032 n.
constexpr std::size_t zlib_ratio_max = 1032;

/// Appends what the compressed `tail` unpacks to.
Result<void> decompress(ByteView tail, std::uint32_t size_max, Bytes& into) {
  ByteReader reader(tail);
  const std::uint8_t kind = reader.u8();
  const std::size_t length_size = kind & 0x07U;
  if (!reader.ok() || (kind & 0x80U) == 0 || length_size < 1 || length_size > 4)
    return fail(ErrorKind::invalid, "compressed MariaDB event has a malformed compression header");
  if ((kind & 0x70U) != 0)
    return fail(ErrorKind::unsupported,
                fmt::format("MariaDB event is compressed by unknown method {}", kind >> 4U & 7U));
  std::uint32_t size = 0;
  for (std::size_t i = 0; i < length_size; ++i)
    size = size << 8U | reader.u8();
  if (size > size_max || into.size() > size_max - size) {
    return fail(ErrorKind::limit,
                fmt::format("compressed MariaDB event unpacks to {} bytes; at most {} are allowed", size, size_max));
  }
  if (size / zlib_ratio_max > reader.remaining())
    return fail(ErrorKind::invalid,
                fmt::format("compressed MariaDB event of {} bytes cannot unpack to {}", tail.size(), size));
  const std::size_t head_size = into.size();
  into.resize(head_size + size);
  uLongf unpacked = size;
  const int code =
      ::uncompress(into.data() + head_size, &unpacked, reader.rest().data(), static_cast<uLong>(reader.remaining()));
  if (!reader.ok() || code != Z_OK || unpacked != size)
    return fail(ErrorKind::invalid, fmt::format("compressed MariaDB event cannot be unpacked (zlib code {})", code));
  return {};
}

/// What stands before the compressed part.
Result<std::size_t> head_size(EventType plain, ByteView body) {
  if (plain == EventType::query) {
    const Result<QueryEvent> query = decode_query_event(body);
    if (!query) return std::unexpected(query.error());
    return body.size() - query->text.size();
  }
  const Result<RowsEvent> rows = decode_rows_event(plain, body);
  if (!rows) return std::unexpected(rows.error());
  return body.size() - rows->rows.size();
}

}  // namespace

EventType plain_type(EventType type) {
  switch (type) {
    case EventType::mariadb_query_compressed:
      return EventType::query;
    case EventType::mariadb_write_rows_compressed_v1:
      return EventType::write_rows_v1;
    case EventType::mariadb_update_rows_compressed_v1:
      return EventType::update_rows_v1;
    case EventType::mariadb_delete_rows_compressed_v1:
      return EventType::delete_rows_v1;
    case EventType::mariadb_write_rows_compressed:
      return EventType::write_rows;
    case EventType::mariadb_update_rows_compressed:
      return EventType::update_rows;
    case EventType::mariadb_delete_rows_compressed:
      return EventType::delete_rows;
    default:
      return type;
  }
}

Result<Bytes> decompress_mariadb_event(EventType type, ByteView body, std::uint32_t size_max) {
  const EventType plain = plain_type(type);
  if (plain == type) {
    return fail(ErrorKind::invalid, fmt::format("an event of type {} ({}) is not compressed", static_cast<int>(type),
                                                event_type_name(type)));
  }
  const Result<std::size_t> size = head_size(plain, body);
  if (!size) return std::unexpected(size.error());
  Bytes unpacked(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(*size));
  if (Result<void> done = decompress(body.subspan(*size), size_max, unpacked); !done)
    return std::unexpected(std::move(done.error()));
  return unpacked;
}

}  // namespace sluice::binlog
