#include "capture/mysql/transaction_assembler.h"

#include <algorithm>

#include <fmt/format.h>

#include "binlog/other_events.h"
#include "binlog/transaction_payload.h"
#include "capture/mysql/mariadb_translation.h"
#include "convert/layout.h"

namespace sluice::capture {
namespace {

using binlog::EventHeader;
using binlog::EventType;

/// Events by which a source runs its own log and its connections; no transaction's.
bool is_housekeeping(EventType type) {
  switch (type) {
    case EventType::stop:
    case EventType::slave:
    case EventType::ignorable:
    case EventType::heartbeat:
    case EventType::heartbeat_v2:
    case EventType::previous_gtids:
    case EventType::mariadb_binlog_checkpoint:
    case EventType::mariadb_gtid_list:
    case EventType::mariadb_start_encryption:
      return true;
    default:
      return false;
  }
}

/// Events of transactions that every MySQL since 5.6 knows.
bool is_transaction_event(EventType type) {
  if (binlog::is_rows_event(type)) return type != EventType::unknown;
  switch (type) {
    case EventType::query:
    case EventType::intvar:
    case EventType::rand:
    case EventType::user_var:
    case EventType::append_block:
    case EventType::delete_file:
    case EventType::begin_load_query:
    case EventType::execute_load_query:
    case EventType::table_map:
    case EventType::xid:
    case EventType::rows_query:
    case EventType::transaction_context:
    case EventType::view_change:
    case EventType::xa_prepare:
      return true;
    default:
      return false;
  }
}

std::unexpected<Error> unknown_event(EventType type) {
  return fail(
      ErrorKind::unsupported,
      fmt::format(
          "the source sent an event of type {}, which Sluice does not know; it may come from a newer server version. "
          "Nothing after it is captured, so that nothing is lost",
          static_cast<unsigned>(type)));
}

}  // namespace

TransactionAssembler::TransactionAssembler(Options options, SourcePlace place, convert::TransactionReceiver& receiver)
    : options_(std::move(options)),
      receiver_(receiver),
      check_(options_.checksums),
      position_(place.position),
      file_(place.file),
      place_(std::move(place)) {}

Result<void> TransactionAssembler::take(ByteView event) {
  const auto checked = check_.check(event);
  if (!checked) return std::unexpected(checked.error());
  const EventHeader& header = checked->header;
  const ByteView body = checked->body;
  if (checked->format) return take_format(header, *checked->format);
  if (header.type == EventType::rotate) return take_rotate(body);
  follow_position(header);
  if (is_housekeeping(header.type)) return {};
  if (header.type == EventType::incident) {
    return fail(
        ErrorKind::refused,
        "the source logged an INCIDENT: it lost changes itself, so its binlog is not complete from here on. Find out "
        "what was lost, then start a new log behind it");
  }
  return options_.flavour == Flavour::mariadb ? take_mariadb_event(header, body) : take_mysql_event(header, body);
}

Result<void> TransactionAssembler::take_format(const EventHeader& header, const binlog::FormatDescription& format) {
  if (in_transaction_) return fail(ErrorKind::corrupt, "the source's binlog file ended inside a transaction");
  follow_position(header);
  if (options_.flavour == Flavour::mariadb) {
    return receiver_.format(binlog::mysql57_format_description(std::string(mariadb_tenant_version)), header.timestamp);
  }
  if (!format.knows_checksums()) {
    return fail(ErrorKind::unsupported,
                fmt::format("the source's binlog is of version {}; MySQL before 5.6.1 is not supported",
                            format.server_version));
  }
  return receiver_.format(format, header.timestamp);
}

Result<void> TransactionAssembler::take_rotate(ByteView body) {
  const auto rotate = binlog::decode_rotate_event(body);
  if (!rotate) return fail(ErrorKind::corrupt, rotate.error().message);
  if (in_transaction_) return fail(ErrorKind::corrupt, "the source's binlog file ended inside a transaction");
  file_ = rotate->file;
  position_ = rotate->position;
  // An idle source may begin another file and remove the one before; then the place in that one would be gone.
  if (!options_.by_position || file_ == place_.file) return {};
  place_.file = file_;
  place_.position = position_;
  return receiver_.moved(place_.text());
}

/// Keeps the end of the last event in the source's file. Its header has the low 32 bits of it, or 0 in artificial
/// events.
void TransactionAssembler::follow_position(const EventHeader& header) {
  if (header.log_pos == 0 || header.type == EventType::heartbeat || header.type == EventType::heartbeat_v2) return;
  constexpr std::uint64_t low = 0xFFFFFFFFULL;
  std::uint64_t position = (position_ & ~low) | header.log_pos;
  if (position < position_ && position_ - position > low / 2) position += low + 1;
  position_ = std::max(position, position_);
}

Result<void> TransactionAssembler::take_mysql_event(const EventHeader& header, ByteView body) {
  switch (header.type) {
    case EventType::gtid:
    case EventType::anonymous_gtid:
    case EventType::gtid_tagged:
      return take_gtid(header, body);
    case EventType::transaction_payload:
      return take_payload(header, body);
    default:
      break;
  }
  if (!is_transaction_event(header.type)) {
    if ((header.flags & binlog::flag_ignorable) != 0) return {};
    return unknown_event(header.type);
  }
  return pass(header, body);
}

Result<void> TransactionAssembler::take_gtid(const EventHeader& header, ByteView body) {
  auto gtid = binlog::decode_gtid_event(header.type, body);
  if (!gtid) return fail(ErrorKind::corrupt, "the source's GTID event: " + gtid.error().message);
  if (header.type == EventType::anonymous_gtid) gtid->gtid.number = 0;
  return begin({.timestamp = header.timestamp,
                .server_id = header.server_id,
                .flags = header.flags,
                .gtid = std::move(*gtid),
                .clock_epoch = file_,
                .commit_group = std::nullopt});
}

Result<void> TransactionAssembler::take_payload(const EventHeader& header, ByteView body) {
  if (options_.keep_compressed_transactions) return pass(header, body);
  const auto payload = binlog::decode_transaction_payload(body);
  if (!payload) return fail(ErrorKind::corrupt, payload.error().message);
  return binlog::for_each_payload_event(*payload, event_size_max, [this](ByteView event) -> Result<void> {
    const auto inner = binlog::decode_event_header(event);
    if (!inner) return fail(ErrorKind::corrupt, "a compressed transaction holds an event without a whole header");
    return take_mysql_event(*inner, event.subspan(EventHeader::size));
  });
}

Result<void> TransactionAssembler::take_mariadb_event(const EventHeader& header, ByteView body) {
  if (header.type == EventType::mariadb_gtid) return take_mariadb_gtid(header, body);
  const auto event = mariadb_.translate(header, body);
  if (!event) return std::unexpected(event.error());
  if (!is_transaction_event(event->header.type)) {
    if ((header.flags & binlog::flag_ignorable) != 0) return {};
    return unknown_event(header.type);
  }
  if (!in_transaction_) {
    return fail(ErrorKind::corrupt, fmt::format("the source sent a {} event that belongs to no transaction",
                                                binlog::event_type_name(event->header.type)));
  }
  return pass(event->header, event->body);
}

Result<void> TransactionAssembler::take_mariadb_gtid(const EventHeader& header, ByteView body) {
  const auto gtid = binlog::decode_mariadb_gtid_event(body);
  if (!gtid) return fail(ErrorKind::corrupt, "the source's GTID event: " + gtid.error().message);
  if (gtid->sequence == 0 || gtid->sequence > binlog::gtid_number_max) {
    return fail(
        ErrorKind::unsupported,
        fmt::format("the source sent GTID {}-{}-{}; MySQL's GTIDs have numbers from 1 to {}, so no client could "
                    "be told. Choose another domain (gtid_domain_id) and start a new log",
                    gtid->domain, header.server_id, gtid->sequence, binlog::gtid_number_max));
  }
  const bool group = (gtid->flags & binlog::MariadbGtidEvent::group_commit) != 0 &&
                     (gtid->flags & binlog::MariadbGtidEvent::transactional) != 0;
  convert::TransactionStart start{.timestamp = header.timestamp,
                                  .server_id = header.server_id,
                                  .flags = 0,
                                  .gtid = {},
                                  .clock_epoch = "",
                                  .commit_group = group ? std::optional(gtid->commit_id) : std::nullopt};
  start.gtid.flags = 1;
  start.gtid.gtid = {{convert::derive_uuid(options_.tenant, gtid->domain), ""}, gtid->sequence};
  if (auto begun = begin(std::move(start)); !begun) return begun;
  gtid_ = {gtid->domain, header.server_id, gtid->sequence};
  const auto statement = mariadb_transaction_start(*gtid);
  if (!statement) return {};
  EventHeader query = header;
  query.type = EventType::query;
  query.flags = 0;
  return pass(query, *statement);
}

Result<void> TransactionAssembler::begin(convert::TransactionStart start) {
  if (in_transaction_) return fail(ErrorKind::corrupt, "the source began a transaction inside another one");
  boundary_.reset();
  mariadb_.begin_transaction();
  if (auto begun = receiver_.begin(start); !begun) return begun;
  in_transaction_ = true;
  return {};
}

/// MySQL 5.6 without gtid_mode, and older, have no event in front of a transaction.
Result<void> TransactionAssembler::begin_without_gtid(const EventHeader& header) {
  convert::TransactionStart start{.timestamp = header.timestamp,
                                  .server_id = header.server_id,
                                  .flags = 0,
                                  .gtid = {},
                                  .clock_epoch = "",
                                  .commit_group = std::nullopt};
  start.gtid.flags = 1;
  return begin(std::move(start));
}

Result<void> TransactionAssembler::pass(const EventHeader& header, ByteView body) {
  if (!in_transaction_) {
    if (auto begun = begin_without_gtid(header); !begun) return begun;
  }
  auto ends = boundary_.ends_with(header.type, body);
  if (!ends) return fail(ErrorKind::corrupt, ends.error().message);
  if (auto passed = receiver_.event(header, body); !passed) return passed;
  return *ends ? commit() : Result<void>();
}

Result<void> TransactionAssembler::commit() {
  in_transaction_ = false;
  place_.file = file_;
  place_.position = position_;
  if (gtid_) {
    const auto domain = std::ranges::find(place_.gtids, gtid_->domain, &binlog::MariadbGtid::domain);
    if (domain == place_.gtids.end()) {
      place_.gtids.push_back(*gtid_);
      std::ranges::sort(place_.gtids, {}, &binlog::MariadbGtid::domain);
    } else {
      *domain = *gtid_;
    }
  }
  return receiver_.commit(place_.text());
}

void TransactionAssembler::break_off() {
  if (in_transaction_) receiver_.abort();
  in_transaction_ = false;
}

}  // namespace sluice::capture
