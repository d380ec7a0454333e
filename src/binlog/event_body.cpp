#include "binlog/event_body.h"

#include "binlog/gtid_event.h"
#include "binlog/gtid_set.h"
#include "binlog/mariadb_events.h"
#include "binlog/other_events.h"
#include "binlog/query_event.h"
#include "binlog/rows_event.h"
#include "binlog/table_map_event.h"
#include "binlog/transaction_payload.h"

namespace sluice::binlog {
namespace {

template <typename T>
Result<void> without_value(Result<T>&& result) {
  if (!result) return std::unexpected(std::move(result.error()));
  return {};
}

Result<void> check_payload(ByteView body, const FormatDescription& description, std::uint32_t unpacked_max) {
  const Result<TransactionPayload> payload = decode_transaction_payload(body);
  if (!payload) return std::unexpected(payload.error());
  return for_each_payload_event(*payload, unpacked_max, [&](ByteView event) -> Result<void> {
    const Result<EventHeader> header = decode_event_header(event);
    if (!header) return std::unexpected(header.error());
    if (header->type == EventType::transaction_payload)
      return fail(ErrorKind::invalid, "transaction payload within a transaction payload");
    return check_event_body(header->type, event.subspan(EventHeader::size), description, unpacked_max);
  });
}

Result<void> check_compressed(EventType type, ByteView body, const FormatDescription& description,
                              std::uint32_t unpacked_max) {
  const Result<Bytes> plain = decompress_mariadb_event(type, body, unpacked_max);
  if (!plain) return std::unexpected(plain.error());
  return check_event_body(plain_type(type), *plain, description, unpacked_max);
}

}  // namespace

Result<void> check_event_body(EventType type, ByteView body, const FormatDescription& description,
                              std::uint32_t unpacked_max) {
  switch (type) {
    case EventType::query:
      return without_value(decode_query_event(body, description.post_header_length(type)));
    case EventType::rotate:
      return without_value(decode_rotate_event(body));
    case EventType::table_map:
      return without_value(decode_table_map_event(body));
    case EventType::write_rows_v1:
    case EventType::update_rows_v1:
    case EventType::delete_rows_v1:
    case EventType::write_rows:
    case EventType::update_rows:
    case EventType::delete_rows:
    case EventType::partial_update_rows:
      return without_value(decode_rows_event(type, body));
    case EventType::rows_query:
      return without_value(decode_rows_query_event(body));
    case EventType::gtid:
    case EventType::anonymous_gtid:
    case EventType::gtid_tagged:
      return without_value(decode_gtid_event(type, body));
    case EventType::previous_gtids:
      return without_value(decode_gtid_set(body));
    case EventType::xa_prepare:
      return without_value(decode_xa_prepare_event(body));
    case EventType::transaction_payload:
      return check_payload(body, description, unpacked_max);
    case EventType::mariadb_gtid:
      return without_value(decode_mariadb_gtid_event(body));
    case EventType::mariadb_gtid_list:
      return without_value(decode_mariadb_gtid_list_event(body));
    default:
      return plain_type(type) == type ? Result<void>() : check_compressed(type, body, description, unpacked_max);
  }
}

}  // namespace sluice::binlog
