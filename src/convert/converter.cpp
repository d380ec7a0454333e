#include "convert/converter.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "base/assert.h"
#include "base/byte_writer.h"
#include "binlog/log_file_name.h"
#include "binlog/other_events.h"
#include "binlog/table_map_event.h"

namespace sluice::convert {
namespace {

using binlog::EventHeader;
using binlog::EventType;

/// More room than this is not kept for transactions to come: a single event may have had a gigabyte.
constexpr std::size_t held_capacity_kept = std::size_t{64} << 20U;
constexpr std::size_t event_overhead = EventHeader::size + binlog::checksum_size;

/// Ours carries checksums and says nothing of a server's start.
binlog::FormatDescription normalised(binlog::FormatDescription description) {
  description.created = 0;
  description.checksum = binlog::Checksum::crc32;
  return description;
}

bool has_table_id(EventType type) {
  return type == EventType::table_map || binlog::is_rows_event(type);
}

}  // namespace

Converter::Converter(Layout layout, LogState state, LogSink& sink)
    : layout_(std::move(layout)), state_(std::move(state)), sink_(sink), clock_(state_.last_sequence) {}

Result<void> Converter::format(const binlog::FormatDescription& description, std::uint32_t timestamp) {
  SLUICE_ASSERT(!in_transaction_);
  format_ = normalised(description);
  format_timestamp_ = timestamp;
  // A log must be there to be subscribed to before its first transaction comes.
  if (state_.offset == 0) return open_file();
  return {};
}

Result<void> Converter::begin(const TransactionStart& start) {
  SLUICE_ASSERT(!in_transaction_ && format_.has_value());
  if (state_.offset != 0 && state_.format != format_) {
    if (auto ended = end_file(); !ended) return ended;
  }
  if (state_.offset == 0) {
    if (auto opened = open_file(); !opened) return opened;
  }
  if (auto set = set_gtid(start); !set) return set;
  table_ids_.clear();
  forget_held();
  streaming_ = false;
  streamed_ = 0;
  in_transaction_ = true;
  return {};
}

Result<void> Converter::set_gtid(const TransactionStart& start) {
  gtid_header_ = {.timestamp = start.timestamp,
                  .type = start.gtid.type,
                  .server_id = start.server_id,
                  .event_size = 0,
                  .log_pos = 0,
                  .flags = start.flags};
  gtid_ = start.gtid;
  if (gtid_.gtid.number == 0) {
    gtid_header_.type = gtid_.type = EventType::gtid;
    gtid_.gtid.source = {layout_.assigned_uuid, ""};
    const auto& sources = state_.executed.sources();
    const auto assigned = sources.find(gtid_.gtid.source);
    gtid_.gtid.number = assigned == sources.end() ? 1 : assigned->second.back().end;
  }
  if (state_.executed.contains(gtid_.gtid)) {
    return fail(
        ErrorKind::refused,
        fmt::format(
            "the source sent transaction {} again, or reused its GTID; the log holds it already. Check that the "
            "source's GTIDs are unique (gtid_strict_mode for MariaDB) and that no other server writes with "
            "the same identity",
            gtid_.gtid.text()));
  }
  can_resume_here_ = !start.commit_group || start.commit_group != previous_group_;
  previous_group_ = start.commit_group;
  if (gtid_.clock) {
    gtid_.clock = clock_.rebase(*gtid_.clock, start.clock_epoch);
  } else if (format_->post_header_length(EventType::gtid) >= 42) {
    gtid_.clock = clock_.assign(start.commit_group);
  }
  return {};
}

Result<void> Converter::event(const EventHeader& header, ByteView body) {
  SLUICE_ASSERT(in_transaction_);
  auto held_body = hold(header, body);
  if (!held_body) return std::unexpected(std::move(held_body.error()));
  if (has_table_id(header.type)) {
    const std::uint64_t source_id = binlog::table_id_of(body);
    std::uint64_t id = binlog::table_id_none;
    if (header.type == EventType::table_map) {
      id = table_ids_.map(body);
    } else if (source_id != binlog::table_id_none) {
      id = table_ids_.find(source_id);
      if (id == 0) {
        return fail(ErrorKind::corrupt,
                    fmt::format("transaction {}: a rows event is for table id {}, which no TABLE_MAP named",
                                gtid_.gtid.text(), source_id));
      }
    }
    store_little_endian(*held_body, id, 6);
  }
  if (streaming_ || held_size_ >= held_size_max) {
    if (!streaming_) {
      if (auto begun = begin_streaming(); !begun) return begun;
    }
    place_held_events(streamed_gtid_size_);
    if (auto appended = sink_.append(held()); !appended) return appended;
    streamed_ += held_size_;
    forget_held();
  }
  return {};
}

/// Adds an event to those held and returns where its body stands.
Result<std::uint8_t*> Converter::hold(const EventHeader& header, ByteView body) {
  const std::size_t size = body.size() + event_overhead;
  if (size > UINT32_MAX || (has_table_id(header.type) && body.size() < 8)) {
    return fail(ErrorKind::corrupt, fmt::format("transaction {}: a {} event of {} bytes makes no sense",
                                                gtid_.gtid.text(), binlog::event_type_name(header.type), size));
  }
  const std::size_t at = held_size_;
  held_size_ += size;
  if (held_.size() < held_size_) held_.resize(std::max(held_.size() * 2, held_size_));
  EventHeader written = header;
  written.event_size = static_cast<std::uint32_t>(size);
  binlog::encode_event_header(written, held_.data() + at);
  std::uint8_t* const held_body = held_.data() + at + EventHeader::size;
  if (!body.empty()) std::memcpy(held_body, body.data(), body.size());
  return held_body;
}

/// Writes into the held events where they end in the file, and their checksums.
void Converter::place_held_events(std::uint64_t gtid_size) {
  const std::uint64_t base = state_.offset + gtid_size + streamed_;
  for (std::size_t at = 0; at < held_size_;) {
    std::uint8_t* event = held_.data() + at;
    const auto size = static_cast<std::size_t>(load_little_endian(event + EventHeader::event_size_offset, 4));
    store_little_endian(event + EventHeader::log_pos_offset, base + at + size, 4);
    binlog::write_checksum({event, size});
    at += size;
  }
}

/// The whole GTID event of the current transaction, whose other events take `events_size` bytes.
Bytes Converter::gtid_event(std::uint64_t events_size) {
  const Bytes body = gtid_body(events_size);
  EventHeader header = gtid_header_;
  header.log_pos = static_cast<std::uint32_t>(state_.offset + body.size() + event_overhead);
  return binlog::make_event(header, body, binlog::Checksum::crc32);
}

/// The length it tells counts the event that tells it, whose size depends on the length: begun without that event, it
/// is settled after a few rounds. Where two lengths fit, this gives the smaller one, always.
Bytes Converter::gtid_body(std::uint64_t events_size) {
  const bool widest = events_size >= held_size_max;
  if (!gtid_.transaction_length) return binlog::encode_gtid_event(gtid_, widest);
  const auto encode = [&](std::size_t body_size) {
    gtid_.transaction_length = events_size + body_size + event_overhead;
    return binlog::encode_gtid_event(gtid_, widest);
  };
  if (gtid_.type == EventType::gtid) {
    // Encoded once with a guess, the rounds can be reckoned.
    Bytes body = encode(gtid_body_size_);
    const auto width = [&](std::uint64_t length) { return widest ? 9 : length_encoded_size(length); };
    const std::size_t rest = body.size() - width(*gtid_.transaction_length);
    std::size_t size = 0;
    for (std::size_t before = 1; size != before;) {
      before = size;
      size = rest + width(events_size + before + event_overhead);
    }
    const bool guessed = size == gtid_body_size_;
    gtid_body_size_ = size;
    return guessed ? body : encode(size);
  }
  std::size_t size = 0;
  for (;;) {
    Bytes body = encode(size);
    if (body.size() == size) return body;
    size = body.size();
  }
}

Result<void> Converter::begin_in_sink() {
  if (!can_resume_here_) return sink_.begin(std::nullopt);
  return sink_.begin(LogSink::Resume{state_.source_place, state_.last_timestamp});
}

Result<void> Converter::begin_streaming() {
  if (auto begun = begin_in_sink(); !begun) return begun;
  streaming_ = true;
  const Bytes provisional = gtid_event(held_size_);
  streamed_gtid_size_ = provisional.size();
  return sink_.append_provisional(provisional);
}

Result<void> Converter::commit(std::string_view next_place) {
  SLUICE_ASSERT(in_transaction_);
  const std::uint64_t events_size = streamed_ + held_size_;
  const Bytes gtid = gtid_event(events_size);
  if (streaming_) {
    SLUICE_ASSERT(gtid.size() == streamed_gtid_size_);
    if (auto replaced = sink_.replace_provisional(gtid); !replaced) return replaced;
  } else {
    place_held_events(gtid.size());
    if (auto begun = begin_in_sink(); !begun) return begun;
    if (auto appended = sink_.append(gtid); !appended) return appended;
    if (auto appended = sink_.append(held()); !appended) return appended;
  }
  if (auto committed = sink_.commit(gtid_.gtid, next_place); !committed) return committed;
  forget_held();
  in_transaction_ = false;
  state_.offset += gtid.size() + events_size;
  state_.last_timestamp = gtid_header_.timestamp;
  state_.executed.add(gtid_.gtid);
  state_.source_place = next_place;
  if (sink_.file_ends_here().value_or(state_.offset >= layout_.max_binlog_size)) {
    if (auto ended = end_file(); !ended) return ended;
    return open_file();
  }
  return {};
}

void Converter::abort() {
  if (streaming_) sink_.abort();
  in_transaction_ = false;
  streaming_ = false;
  forget_held();
}

void Converter::forget_held() {
  held_size_ = 0;
  if (held_.capacity() > held_capacity_kept) held_ = Bytes();
}

Result<void> Converter::moved(std::string_view place) {
  SLUICE_ASSERT(!in_transaction_);
  state_.source_place = place;
  return sink_.moved(place);
}

Result<void> Converter::idle() {
  return sink_.publish();
}

Result<void> Converter::open_file() {
  SLUICE_ASSERT(format_.has_value());
  if (state_.last_timestamp == 0) state_.last_timestamp = format_timestamp_;
  ByteWriter file;
  file.bytes(binlog::file_magic);
  const auto append = [&](EventType type, ByteView body) {
    const std::size_t end = file.size() + body.size() + event_overhead;
    const EventHeader header{.timestamp = state_.last_timestamp,
                             .type = type,
                             .server_id = layout_.server_id,
                             .event_size = 0,
                             .log_pos = static_cast<std::uint32_t>(end),
                             .flags = 0};
    file.bytes(binlog::make_event(header, body, binlog::Checksum::crc32));
  };
  append(EventType::format_description, binlog::encode_format_description(*format_));
  append(EventType::previous_gtids, state_.executed.encode());
  if (auto opened =
          sink_.open_file(state_.file, file.view(), state_.executed, {state_.source_place, state_.last_timestamp});
      !opened)
    return opened;
  state_.offset = file.size();
  state_.format = format_;
  clock_.begin_file();
  return {};
}

Result<void> Converter::end_file() {
  const Bytes body = binlog::encode_rotate_event(4, binlog::log_file_name(state_.file + 1));
  const EventHeader header{.timestamp = state_.last_timestamp,
                           .type = EventType::rotate,
                           .server_id = layout_.server_id,
                           .event_size = 0,
                           .log_pos = static_cast<std::uint32_t>(state_.offset + body.size() + event_overhead),
                           .flags = 0};
  if (auto closed = sink_.close_file(binlog::make_event(header, body, binlog::Checksum::crc32)); !closed) return closed;
  ++state_.file;
  state_.offset = 0;
  state_.format.reset();
  return {};
}

}  // namespace sluice::convert
